package org.repfold.zoo.train.kernels;

import static org.deeplearning4j.nn.params.DepthwiseConvolutionParamInitializer.WEIGHT_KEY;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.DepthwiseConvolution2DLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A depthwise k x k convolution that keeps the map's size. Every plane is padded with zeros, and
 * all planes of a channel are convolved as one long row: neighbours are then at fixed distances,
 * and what is computed across borders falls into the padding.
 */
final class FastDepthwiseConvolution extends DepthwiseConvolution2DLayer {
  private static final long serialVersionUID = 1L;

  FastDepthwiseConvolution(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(DepthwiseConvolution2D conf) {
    int kernel = conf.getKernelSize()[0];
    return conf.getKernelSize()[1] == kernel
        && kernel % 2 == 1
        && conf.getDepthMultiplier() == 1
        && !conf.hasBias()
        && Arrays.stream(conf.getStride()).allMatch(s -> s == 1)
        && Arrays.stream(conf.getDilation()).allMatch(d -> d == 1)
        && Arrays.stream(conf.getPadding()).allMatch(p -> p == kernel / 2)
        && conf.getConvolutionMode() == ConvolutionMode.Truncate
        && conf.getCnn2dDataFormat() == CNN2DFormat.NCHW
        && conf.getActivationFn() instanceof ActivationIdentity
        && conf.getIDropout() == null;
  }

  /** Sizes of a channel's planes, padded below and to the right only: rows follow each other. */
  private record Planes(int count, int height, int width, int kernel) {
    int pad() {
      return kernel / 2;
    }

    int rowStride() {
      return width + pad();
    }

    int planeStride() {
      return (height + pad()) * rowStride();
    }

    /** Room for the taps that reach before the first and behind the last plane. */
    int margin() {
      return pad() * rowStride() + pad();
    }

    int length() {
      return count * planeStride();
    }

    int offset(int tap) {
      return (tap / kernel - pad()) * rowStride() + tap % kernel - pad();
    }
  }

  private Planes planes() {
    return new Planes(
        (int) input.size(0),
        (int) input.size(2),
        (int) input.size(3),
        layerConf().getKernelSize()[0]);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    Planes planes = planes();
    int channels = (int) input.size(1);
    float[] x = ChannelMajor.read(input, 0);
    float[] y = ChannelMajor.scratch(1, input.length());
    float[] weights = weights();
    Parallel.each(
        channels,
        c -> {
          float[] padded = pad(x, c, planes);
          float[] sums = new float[planes.length()];
          for (int tap = 0; tap < planes.kernel * planes.kernel; tap++) {
            float weight = weights[tap * channels + c];
            addShifted(sums, padded, planes.margin() + planes.offset(tap), weight);
          }
          unpad(sums, y, c, planes);
        });
    INDArray result = ChannelMajor.create(workspaces, ArrayType.ACTIVATIONS, input.shape());
    ChannelMajor.write(y, result);
    return result;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    Planes planes = planes();
    int channels = (int) input.size(1);
    int taps = planes.kernel * planes.kernel;
    float[] x = ChannelMajor.read(input, 0);
    float[] dy = ChannelMajor.read(epsilon, 1);
    float[] dx = ChannelMajor.scratch(2, input.length());
    float[] weights = weights();
    float[] weightGradient = new float[weights.length];
    Parallel.each(
        channels,
        c -> {
          float[] paddedX = pad(x, c, planes);
          float[] paddedDy = pad(dy, c, planes);
          float[] sums = new float[planes.length()];
          for (int tap = 0; tap < taps; tap++) {
            int offset = planes.offset(tap);
            addShifted(sums, paddedDy, planes.margin() - offset, weights[tap * channels + c]);
            weightGradient[tap * channels + c] =
                (float)
                    Sums.dot(
                        paddedDy,
                        planes.margin(),
                        paddedX,
                        planes.margin() + offset,
                        planes.length());
          }
          unpad(sums, dx, c, planes);
        });
    INDArray view = gradientViews.get(WEIGHT_KEY);
    view.assign(Nd4j.createFromArray(weightGradient).reshape('c', view.shape()));
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(WEIGHT_KEY, view, 'c');
    INDArray next = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, input.shape());
    ChannelMajor.write(dx, next);
    return new Pair<>(gradient, next);
  }

  /** The weights {@code [k, k, C, 1]} in C order. */
  private float[] weights() {
    INDArray weight = getParam(WEIGHT_KEY);
    return weight.dup('c').reshape(weight.length()).toFloatVector();
  }

  private static void addShifted(float[] sums, float[] padded, int from, float weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * padded[from + i];
    }
  }

  private static float[] pad(float[] values, int channel, Planes planes) {
    float[] padded = new float[planes.length() + 2 * planes.margin()];
    int from = channel * planes.count * planes.height * planes.width;
    for (int plane = 0; plane < planes.count; plane++) {
      int to = planes.margin() + plane * planes.planeStride();
      for (int row = 0; row < planes.height; row++) {
        System.arraycopy(values, from, padded, to, planes.width);
        from += planes.width;
        to += planes.rowStride();
      }
    }
    return padded;
  }

  private static void unpad(float[] padded, float[] values, int channel, Planes planes) {
    int to = channel * planes.count * planes.height * planes.width;
    for (int plane = 0; plane < planes.count; plane++) {
      int from = plane * planes.planeStride();
      for (int row = 0; row < planes.height; row++) {
        System.arraycopy(padded, from, values, to, planes.width);
        to += planes.width;
        from += planes.rowStride();
      }
    }
  }
}
