package org.repfold.converter.io.dl4j.layers;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Computes {@link LayerNorm} on the rows along its axis. */
public class LayerNormLayer extends ParametricLayer<LayerNorm> {
  private static final long serialVersionUID = 1L;

  public LayerNormLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /**
   * Rows of mean 0 and variance 1.
   *
   * @param deviation of each row before, {@code [rows]}
   */
  private record Normalised(INDArray rows, INDArray deviation) {}

  @Override
  INDArray forward(INDArray x, LayerWorkspaceMgr workspaceMgr) {
    INDArray y = normalised(x).rows();
    y.muliRowVector(getParam(LayerNorm.GAIN));
    if (hasBias()) {
      y.addiRowVector(getParam(LayerNorm.SHIFT));
    }
    return fromRows(y, x.shape(), ArrayType.ACTIVATIONS, workspaceMgr);
  }

  /**
   * With {@code z} the normalised row, {@code s} its deviation and {@code h = gain * dL/dy}: {@code
   * dL/dx = (h - mean(h) - z mean(h z)) / s}.
   */
  @Override
  INDArray backward(INDArray x, INDArray delta, LayerWorkspaceMgr workspaceMgr) {
    Normalised normalised = normalised(x);
    INDArray z = normalised.rows();
    INDArray dy = rows(delta);
    if (hasBias()) {
      slope(LayerNorm.SHIFT).assign(dy.sum(0));
    }
    slope(LayerNorm.GAIN).assign(dy.mul(z).sum(0));
    INDArray h = dy.mulRowVector(getParam(LayerNorm.GAIN));
    INDArray along = h.mul(z).mean(1);
    INDArray dx = h.subiColumnVector(h.mean(1));
    dx.subi(z.muliColumnVector(along)).diviColumnVector(normalised.deviation());
    return fromRows(dx, x.shape(), ArrayType.ACTIVATION_GRAD, workspaceMgr);
  }

  private Normalised normalised(INDArray x) {
    INDArray rows = rows(x);
    INDArray centred = rows.subColumnVector(rows.mean(1));
    INDArray deviation =
        Transforms.sqrt(centred.mul(centred).mean(1).addi(layerConf().getEpsilon()), false);
    return new Normalised(centred.diviColumnVector(deviation), deviation);
  }

  /** {@code [rows, C]}, the axis being the last. */
  private INDArray rows(INDArray array) {
    int axis = layerConf().getAxis();
    if (axis >= array.rank() || array.size(axis) != layerConf().getNOut()) {
      throw new DL4JInvalidInputException(
          "%s: expected %d values along axis %d, found an array of shape %s"
              .formatted(
                  layerConf().label(),
                  layerConf().getNOut(),
                  axis,
                  Arrays.toString(array.shape())));
    }
    INDArray moved = axis == array.rank() - 1 ? array : array.permute(toLast(array.rank()));
    return moved.reshape('c', array.length() / array.size(axis), array.size(axis));
  }

  private INDArray fromRows(
      INDArray rows, long[] shape, ArrayType type, LayerWorkspaceMgr workspaceMgr) {
    int[] toLast = toLast(shape.length);
    long[] moved = Arrays.stream(toLast).mapToLong(axis -> shape[axis]).toArray();
    int[] back =
        IntStream.range(0, shape.length)
            .map(axis -> IntStream.range(0, toLast.length).filter(i -> toLast[i] == axis).sum())
            .toArray();
    return workspaceMgr.dup(type, rows.reshape('c', moved).permute(back), 'c');
  }

  private int[] toLast(int rank) {
    int axis = layerConf().getAxis();
    return IntStream.concat(IntStream.range(0, rank).filter(i -> i != axis), IntStream.of(axis))
        .toArray();
  }
}
