package org.repfold.converter.io.dl4j.layers;

import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastAddOp;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Computes {@link PointwiseConvolution}. Every product is taken transposed, as ND4J wants results
 * column by column and maps lie row by row.
 */
public final class PointwiseConvolutionLayer extends ParametricLayer<PointwiseConvolution> {
  private static final long serialVersionUID = 1L;

  public PointwiseConvolutionLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  INDArray forward(INDArray input, LayerWorkspaceMgr workspaceMgr) {
    INDArray weight = getParam(PointwiseConvolution.WEIGHT);
    INDArray x = byPosition(input, layerConf().getNIn());
    long[] shape = {input.size(0), layerConf().getNOut(), input.size(2), input.size(3)};
    INDArray output = workspaceMgr.createUninitialized(ArrayType.ACTIVATIONS, dataType, shape, 'c');
    if (x.size(2) == 1) {
      INDArray rows = output.reshape('c', output.size(0), output.size(1));
      Nd4j.gemm(weight, rows(x), rows.transpose(), false, true, 1, 0);
    } else {
      INDArray z = byPosition(output, layerConf().getNOut());
      for (int n = 0; n < x.size(0); n++) {
        Nd4j.gemm(x.slice(n), weight, z.slice(n).transpose(), true, true, 1, 0);
      }
    }
    if (hasBias()) {
      INDArray bias = getParam(PointwiseConvolution.BIAS);
      Nd4j.getExecutioner().exec(new BroadcastAddOp(output, bias, output, 1));
    }
    return output;
  }

  @Override
  INDArray backward(INDArray input, INDArray delta, LayerWorkspaceMgr workspaceMgr) {
    INDArray weight = getParam(PointwiseConvolution.WEIGHT);
    INDArray x = byPosition(input, layerConf().getNIn());
    INDArray dz = byPosition(delta, layerConf().getNOut());
    INDArray next =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, input.shape(), 'c');
    INDArray dx = byPosition(next, layerConf().getNIn());
    INDArray dw = slope(PointwiseConvolution.WEIGHT);
    for (int n = 0; n < x.size(0); n++) {
      Nd4j.gemm(x.slice(n), dz.slice(n), dw.transpose(), false, true, 1, n == 0 ? 0 : 1);
      Nd4j.gemm(dz.slice(n), weight, dx.slice(n).transpose(), true, false, 1, 0);
    }
    if (hasBias()) {
      slope(PointwiseConvolution.BIAS).assign(dz.sum(0, 2));
    }
    return next;
  }

  private static INDArray rows(INDArray x) {
    return x.reshape('c', x.size(0), x.size(1));
  }

  /** {@code [N, C, H, W]} as {@code [N, C, H * W]}. */
  private INDArray byPosition(INDArray map, long channels) {
    if (map.rank() != 4 || map.size(1) != channels) {
      throw new DL4JInvalidInputException(
          "%s: expected maps of %d channels, found an array of shape %s"
              .formatted(layerConf().label(), channels, Arrays.toString(map.shape())));
    }
    return map.reshape('c', map.size(0), channels, map.size(2) * map.size(3));
  }
}
