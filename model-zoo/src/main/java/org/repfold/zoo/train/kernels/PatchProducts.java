package org.repfold.zoo.train.kernels;

import static org.deeplearning4j.nn.params.ConvolutionParamInitializer.BIAS_KEY;
import static org.deeplearning4j.nn.params.ConvolutionParamInitializer.WEIGHT_KEY;

import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A convolution in groups as one matrix product for each group: of its weight {@code [O / G, C / G
 * * kh * kw]} and its {@link Patches}, into the channel-major map that it gives.
 */
record PatchProducts(Patches patches, int groups) {

  static PatchProducts of(ConvolutionLayer conf, int groups) {
    return new PatchProducts(Patches.of(conf), groups);
  }

  /** Whether this class computes what the configured layer does, but for its groups. */
  static boolean supports(ConvolutionLayer conf) {
    return conf.getConvolutionMode() == ConvolutionMode.Truncate
        && conf.getCnn2dDataFormat() == CNN2DFormat.NCHW
        && conf.getActivationFn() instanceof ActivationIdentity
        && conf.getIDropout() == null;
  }

  /**
   * The layer's output.
   *
   * @param parameters the layer's weight {@code [O, C / G, kh, kw]} and, if it has one, its bias
   */
  INDArray forward(INDArray input, Map<String, INDArray> parameters, LayerWorkspaceMgr workspaces) {
    INDArray weight = matrix(parameters.get(WEIGHT_KEY));
    INDArray y =
        ChannelMajor.create(
            workspaces, ArrayType.ACTIVATIONS, patches.output(input, weight.size(0)));
    INDArray out = ChannelMajor.matrix(y);
    multiply(weight, false, patches.read(input), false, out);
    if (parameters.containsKey(BIAS_KEY)) {
      out.addiColumnVector(parameters.get(BIAS_KEY).reshape(out.size(0), 1));
    }
    return y;
  }

  /** The gradient of the parameters, written to these views. */
  Gradient gradient(INDArray input, INDArray epsilon, Map<String, INDArray> views) {
    INDArray dy = ChannelMajor.matrix(epsilon);
    Gradient gradient = new DefaultGradient();
    INDArray bias = views.get(BIAS_KEY);
    if (bias != null) {
      bias.assign(dy.sum(1).reshape(bias.shape()));
      gradient.setGradientFor(BIAS_KEY, bias);
    }
    INDArray weight = views.get(WEIGHT_KEY);
    multiply(dy, false, patches.read(input), true, matrix(weight));
    gradient.setGradientFor(WEIGHT_KEY, weight, 'c');
    return gradient;
  }

  /** The gradient of the input. */
  INDArray backward(
      INDArray input,
      INDArray epsilon,
      Map<String, INDArray> parameters,
      LayerWorkspaceMgr workspaces) {
    INDArray dy = ChannelMajor.matrix(epsilon);
    INDArray weight = matrix(parameters.get(WEIGHT_KEY));
    INDArray next = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, input.shape());
    if (patches.areTheMap()) {
      multiply(weight, true, dy, false, ChannelMajor.matrix(next));
    } else {
      INDArray slopes =
          Nd4j.createUninitialized(DataType.FLOAT, weight.size(1) * groups, dy.size(1));
      multiply(weight, true, dy, false, slopes);
      patches.sumInto(next, slopes);
    }
    return next;
  }

  private static INDArray matrix(INDArray weight) {
    return weight.reshape('c', weight.size(0), weight.length() / weight.size(0));
  }

  private void multiply(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, INDArray c) {
    if (groups == 1) {
      RowMajor.multiply(a, transposeA, b, transposeB, c);
    } else {
      RowMajor.multiplyAll(stack(a), transposeA, stack(b), transposeB, stack(c));
    }
  }

  private INDArray stack(INDArray matrix) {
    return matrix.reshape('c', groups, matrix.size(0) / groups, matrix.size(1));
  }
}
