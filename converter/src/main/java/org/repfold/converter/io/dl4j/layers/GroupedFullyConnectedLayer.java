package org.repfold.converter.io.dl4j.layers;

import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Computes {@link GroupedFullyConnected}: one matrix product per group, as a batched product. */
public class GroupedFullyConnectedLayer extends BaseLayer<GroupedFullyConnected> {
  private static final long serialVersionUID = 1L;

  public GroupedFullyConnectedLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public boolean hasBias() {
    return layerConf().isHasBias();
  }

  @Override
  public void setParams(INDArray params) {
    if (params != paramsFlattened) {
      setParams(params, 'c');
    }
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(false);
    applyDropOutIfNecessary(training, workspaceMgr);
    INDArray z = preOutput(workspaceMgr);
    return layerConf().getActivationFn().getActivation(z, training);
  }

  private INDArray preOutput(LayerWorkspaceMgr workspaceMgr) {
    INDArray x = byGroup(input.castTo(dataType), layerConf().getNIn());
    INDArray product = Nd4j.matmul(x, getParam(GroupedFullyConnected.WEIGHT), false, true, false);
    INDArray z = workspaceMgr.dup(ArrayType.ACTIVATIONS, product.permute(1, 0, 2), 'c');
    if (hasBias()) {
      z.reshape('c', z.size(0), layerConf().getNOut())
          .addiRowVector(getParam(GroupedFullyConnected.BIAS));
    }
    return z.reshape('c', outputShape());
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(true);
    INDArray delta = epsilon;
    if (!(layerConf().getActivationFn() instanceof ActivationIdentity)) {
      delta = layerConf().getActivationFn().backprop(preOutput(workspaceMgr), epsilon).getFirst();
    }
    INDArray weight = getParam(GroupedFullyConnected.WEIGHT);
    INDArray x = byGroup(input.castTo(dataType), layerConf().getNIn());
    INDArray dz = byGroup(delta, layerConf().getNOut());

    Gradient gradient = new DefaultGradient();
    INDArray weightGradient = gradientViews.get(GroupedFullyConnected.WEIGHT);
    weightGradient.assign(Nd4j.matmul(dz, x, true, false, false));
    gradient.setGradientFor(GroupedFullyConnected.WEIGHT, weightGradient, 'c');
    if (hasBias()) {
      INDArray biasGradient = gradientViews.get(GroupedFullyConnected.BIAS);
      biasGradient.assign(
          dz.permute(1, 0, 2).reshape('c', dz.size(1), layerConf().getNOut()).sum(0));
      gradient.setGradientFor(GroupedFullyConnected.BIAS, biasGradient);
    }

    INDArray dx = Nd4j.matmul(dz, weight, false, false, false);
    INDArray next =
        workspaceMgr
            .dup(ArrayType.ACTIVATION_GRAD, dx.permute(1, 0, 2), 'c')
            .reshape('c', input.shape());
    return new Pair<>(gradient, backpropDropOutIfPresent(next));
  }

  /** {@code [M, ...]} of {@code size} values per row as a {@code [G, M, size / G]} view. */
  private INDArray byGroup(INDArray array, long size) {
    long groups = layerConf().getGroups();
    if (array.length() != array.size(0) * size) {
      throw new DL4JInvalidInputException(
          "GroupedFullyConnected %s: expected %d values per row, found an array of shape %s"
              .formatted(conf.getLayer().getLayerName(), size, Arrays.toString(array.shape())));
    }
    return array.reshape('c', array.size(0), groups, size / groups).permute(1, 0, 2);
  }

  private long[] outputShape() {
    GroupedFullyConnected layer = layerConf();
    if (input.rank() == 4
        && input.size(1) == layer.getGroups()
        && layer.getNIn() == layer.getNOut()) {
      return input.shape();
    }
    return new long[] {input.size(0), layer.getNOut()};
  }
}
