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
 * Computes {@link Linear}: one matrix product where the axis is the last, else one for each run of
 * what lies behind the axis. Every product is taken transposed, as ND4J wants results column by
 * column and arrays lie row by row.
 */
public class LinearLayer extends ParametricLayer<Linear> {
  private static final long serialVersionUID = 1L;

  public LinearLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  INDArray forward(INDArray x, LayerWorkspaceMgr workspaceMgr) {
    INDArray weight = getParam(Linear.WEIGHT);
    AxisView axis = axis(x, layerConf().getNIn());
    INDArray output =
        workspaceMgr.createUninitialized(
            ArrayType.ACTIVATIONS, dataType, axis.shapeWith(layerConf().getNOut()), 'c');
    if (axis.isLast()) {
      INDArray rows = axis(output, layerConf().getNOut()).rows();
      Nd4j.gemm(weight, axis.rows(), rows.transpose(), false, true, 1, 0);
      if (hasBias()) {
        rows.addiRowVector(getParam(Linear.BIAS));
      }
      return output;
    }
    INDArray z = axis(output, layerConf().getNOut()).runs();
    INDArray runs = axis.runs();
    for (int n = 0; n < runs.size(0); n++) {
      INDArray result = z.slice(n);
      Nd4j.gemm(runs.slice(n), weight, result.transpose(), true, true, 1, 0);
      if (hasBias()) {
        result.addiColumnVector(getParam(Linear.BIAS));
      }
    }
    return output;
  }

  @Override
  INDArray backward(INDArray x, INDArray delta, LayerWorkspaceMgr workspaceMgr) {
    INDArray next =
        workspaceMgr.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, x.shape(), 'c');
    AxisView in = axis(x, layerConf().getNIn());
    AxisView out = axis(delta, layerConf().getNOut());
    AxisView slope = axis(next, layerConf().getNIn());
    INDArray weight = getParam(Linear.WEIGHT);
    INDArray weightSlope = slope(Linear.WEIGHT).transpose();
    if (in.isLast()) {
      Nd4j.gemm(in.rows(), out.rows(), weightSlope, true, false, 1, 0);
      Nd4j.gemm(weight, out.rows(), slope.rows().transpose(), true, true, 1, 0);
      if (hasBias()) {
        slope(Linear.BIAS).assign(out.rows().sum(0));
      }
      return next;
    }
    INDArray inputs = in.runs();
    INDArray outputs = out.runs();
    INDArray slopes = slope.runs();
    for (int n = 0; n < inputs.size(0); n++) {
      Nd4j.gemm(inputs.slice(n), outputs.slice(n), weightSlope, false, true, 1, n == 0 ? 0 : 1);
      Nd4j.gemm(outputs.slice(n), weight, slopes.slice(n).transpose(), true, false, 1, 0);
    }
    if (hasBias()) {
      slope(Linear.BIAS).assign(outputs.sum(0, 2));
    }
    return next;
  }

  private AxisView axis(INDArray array, long size) {
    int axis = layerConf().getAxis();
    if (axis >= array.rank() || array.size(axis) != size) {
      throw new DL4JInvalidInputException(
          "%s: expected %d values along axis %d, found an array of shape %s"
              .formatted(layerConf().label(), size, axis, Arrays.toString(array.shape())));
    }
    return new AxisView(array, axis);
  }
}
