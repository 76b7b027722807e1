package org.repfold.converter.io.dl4j.layers;

import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Computes {@link GroupedFullyConnected}: one matrix product per group, as a batched product. */
public class GroupedFullyConnectedLayer extends ParametricLayer<GroupedFullyConnected> {
  private static final long serialVersionUID = 1L;

  public GroupedFullyConnectedLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  INDArray forward(INDArray input, LayerWorkspaceMgr workspaceMgr) {
    INDArray x = byGroup(input, layerConf().getNIn());
    INDArray product = Nd4j.matmul(x, getParam(GroupedFullyConnected.WEIGHT), false, true, false);
    INDArray z = workspaceMgr.dup(ArrayType.ACTIVATIONS, product.permute(1, 0, 2), 'c');
    if (hasBias()) {
      z.reshape('c', z.size(0), layerConf().getNOut())
          .addiRowVector(getParam(GroupedFullyConnected.BIAS));
    }
    return z.reshape('c', outputShape(input));
  }

  @Override
  INDArray backward(INDArray input, INDArray delta, LayerWorkspaceMgr workspaceMgr) {
    INDArray weight = getParam(GroupedFullyConnected.WEIGHT);
    INDArray x = byGroup(input, layerConf().getNIn());
    INDArray dz = byGroup(delta, layerConf().getNOut());
    slope(GroupedFullyConnected.WEIGHT).assign(Nd4j.matmul(dz, x, true, false, false));
    if (hasBias()) {
      slope(GroupedFullyConnected.BIAS)
          .assign(dz.permute(1, 0, 2).reshape('c', dz.size(1), layerConf().getNOut()).sum(0));
    }
    INDArray dx = Nd4j.matmul(dz, weight, false, false, false);
    return workspaceMgr
        .dup(ArrayType.ACTIVATION_GRAD, dx.permute(1, 0, 2), 'c')
        .reshape('c', input.shape());
  }

  /** {@code [M, ...]} of {@code size} values per row as a {@code [G, M, size / G]} view. */
  private INDArray byGroup(INDArray array, long size) {
    long groups = layerConf().getGroups();
    if (array.length() != array.size(0) * size) {
      throw new DL4JInvalidInputException(
          "%s: expected %d values per row, found an array of shape %s"
              .formatted(layerConf().label(), size, Arrays.toString(array.shape())));
    }
    return array.reshape('c', array.size(0), groups, size / groups).permute(1, 0, 2);
  }

  private long[] outputShape(INDArray input) {
    GroupedFullyConnected layer = layerConf();
    if (input.rank() == 4
        && input.size(1) == layer.getGroups()
        && layer.getNIn() == layer.getNOut()) {
      return input.shape();
    }
    return new long[] {input.size(0), layer.getNOut()};
  }
}
