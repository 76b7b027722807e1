package org.repfold.converter.io.dl4j.layers;

import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Computes {@link CycleFullyConnected}: the moved channels of a whole batch, {@code [C, N H W]},
 * times the weight in one matrix product. Products are taken transposed, as ND4J wants results
 * column by column and arrays lie row by row.
 */
public class CycleFullyConnectedLayer extends ParametricLayer<CycleFullyConnected> {
  private static final long serialVersionUID = 1L;

  public CycleFullyConnectedLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  INDArray forward(INDArray x, LayerWorkspaceMgr workspaceMgr) {
    INDArray moved = channels(gathered(x));
    INDArray product = Nd4j.createUninitialized(dataType, layerConf().getNOut(), moved.size(1));
    INDArray weight = getParam(CycleFullyConnected.WEIGHT);
    Nd4j.gemm(moved, weight, product.transpose(), true, true, 1, 0);
    if (hasBias()) {
      product.addiColumnVector(getParam(CycleFullyConnected.BIAS));
    }
    INDArray map = product.reshape('c', product.size(0), x.size(0), x.size(2), x.size(3));
    return workspaceMgr.dup(ArrayType.ACTIVATIONS, map.permute(1, 0, 2, 3), 'c');
  }

  @Override
  INDArray backward(INDArray x, INDArray delta, LayerWorkspaceMgr workspaceMgr) {
    INDArray moved = channels(gathered(x));
    INDArray slope = channels(delta.permute(1, 0, 2, 3).dup('c'));
    INDArray weightSlope = slope(CycleFullyConnected.WEIGHT);
    Nd4j.gemm(moved, slope, weightSlope.transpose(), false, true, 1, 0);
    if (hasBias()) {
      slope(CycleFullyConnected.BIAS).assign(slope.sum(1));
    }
    INDArray movedSlope = Nd4j.createUninitialized(dataType, moved.shape());
    INDArray weight = getParam(CycleFullyConnected.WEIGHT);
    Nd4j.gemm(slope, weight, movedSlope.transpose(), true, false, 1, 0);
    INDArray next =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, x.shape(), 'c');
    layerConf()
        .staircase()
        .scatter(movedSlope.reshape('c', x.size(1), x.size(0), x.size(2), x.size(3)), next);
    return next;
  }

  private INDArray gathered(INDArray x) {
    if (x.rank() != 4 || x.size(1) != layerConf().getNIn()) {
      throw new DL4JInvalidInputException(
          "%s: expected maps of %d channels, found an array of shape %s"
              .formatted(layerConf().label(), layerConf().getNIn(), Arrays.toString(x.shape())));
    }
    return layerConf().staircase().gathered(x);
  }

  /** {@code [C, N, H, W]} as {@code [C, N H W]}. */
  private static INDArray channels(INDArray map) {
    return map.reshape('c', map.size(0), map.length() / map.size(0));
  }
}
