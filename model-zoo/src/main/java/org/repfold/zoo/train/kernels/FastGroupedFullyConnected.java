package org.repfold.zoo.train.kernels;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.layers.GroupedFullyConnected;
import org.repfold.converter.io.dl4j.layers.GroupedFullyConnectedLayer;

/** Grouped matrix products on channel-major maps: a group's rows are contiguous, none is copied. */
final class FastGroupedFullyConnected extends GroupedFullyConnectedLayer {
  private static final long serialVersionUID = 1L;

  FastGroupedFullyConnected(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(GroupedFullyConnected conf) {
    return conf.getNIn() == conf.getNOut()
        && !conf.isHasBias()
        && conf.getActivationFn() instanceof ActivationIdentity
        && conf.getIDropout() == null;
  }

  private boolean isMapOfGroups() {
    return input.rank() == 4 && input.size(1) == layerConf().getGroups();
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (!isMapOfGroups()) {
      return super.activate(training, workspaces);
    }
    INDArray y = ChannelMajor.create(workspaces, ArrayType.ACTIVATIONS, input.shape());
    INDArray weight = getParam(GroupedFullyConnected.WEIGHT);
    RowMajor.multiplyAll(rows(input), false, weight, true, rows(y));
    return y;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (!isMapOfGroups()) {
      return super.backpropGradient(epsilon, workspaces);
    }
    INDArray dy = rows(epsilon);
    INDArray view = gradientViews.get(GroupedFullyConnected.WEIGHT);
    RowMajor.multiplyAll(dy, true, rows(input), false, view);
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(GroupedFullyConnected.WEIGHT, view, 'c');
    INDArray next = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, input.shape());
    RowMajor.multiplyAll(dy, false, getParam(GroupedFullyConnected.WEIGHT), false, rows(next));
    return new Pair<>(gradient, next);
  }

  /** A map {@code [M, G, h, w]} as {@code [G, M, h * w]}. */
  private static INDArray rows(INDArray map) {
    return ChannelMajor.matrix(map)
        .reshape('c', map.size(1), map.size(0), map.size(2) * map.size(3));
  }
}
