package org.repfold.zoo.train.kernels;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.layers.Linear;
import org.repfold.converter.io.dl4j.layers.LinearLayer;

/** A dense layer over the channels of channel-major maps: one matrix product for a batch. */
class FastLinear extends LinearLayer {
  private static final long serialVersionUID = 1L;

  FastLinear(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(Linear conf) {
    return conf.getActivationFn() instanceof ActivationIdentity && conf.getIDropout() == null;
  }

  private boolean isOfMaps() {
    return input.rank() == 4 && layerConf().getAxis() == 1;
  }

  private ChannelProduct product() {
    return new ChannelProduct(this, gradientViews, Linear.WEIGHT, Linear.BIAS);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (!isOfMaps()) {
      return super.activate(training, workspaces);
    }
    long[] shape = input.shape().clone();
    shape[1] = layerConf().getNOut();
    INDArray y = ChannelMajor.create(workspaces, ArrayType.ACTIVATIONS, shape);
    product().forward(ChannelMajor.matrix(input), ChannelMajor.matrix(y));
    return y;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (!isOfMaps()) {
      return super.backpropGradient(epsilon, workspaces);
    }
    INDArray next = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, input.shape());
    INDArray dy = ChannelMajor.matrix(epsilon);
    Gradient gradient =
        product().backward(ChannelMajor.matrix(input), dy, ChannelMajor.matrix(next));
    return new Pair<>(gradient, next);
  }
}
