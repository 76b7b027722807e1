package org.repfold.converter.io.dl4j.layers;

import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastAddOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;

/** Computes {@link ConstantAffine}. */
public final class ConstantAffineLayer extends ParametricLayer<ConstantAffine> {
  private static final long serialVersionUID = 1L;

  public ConstantAffineLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public boolean hasBias() {
    return layerConf().getBiasShape() != null;
  }

  @Override
  INDArray forward(INDArray x, LayerWorkspaceMgr workspaceMgr) {
    INDArray result = workspaceMgr.dup(ArrayType.ACTIVATIONS, x, 'c');
    if (params.containsKey(ConstantAffine.SCALE)) {
      multiply(result, getParam(ConstantAffine.SCALE));
    }
    if (params.containsKey(ConstantAffine.BIAS)) {
      add(result, getParam(ConstantAffine.BIAS));
    }
    return result;
  }

  @Override
  INDArray backward(INDArray x, INDArray delta, LayerWorkspaceMgr workspaceMgr) {
    INDArray next = workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, delta, 'c');
    if (params.containsKey(ConstantAffine.BIAS)) {
      sumInto(slope(ConstantAffine.BIAS), next);
    }
    if (params.containsKey(ConstantAffine.SCALE)) {
      sumInto(slope(ConstantAffine.SCALE), next.mul(x));
      multiply(next, getParam(ConstantAffine.SCALE));
    }
    return next;
  }

  private static void multiply(INDArray array, INDArray factor) {
    int axis = axis(array, factor);
    if (axis == 0) {
      examples(array).muliRowVector(vector(factor));
    } else if (axis == array.rank() - 1) {
      new AxisView(array, axis).rows().muliRowVector(vector(factor));
    } else {
      Nd4j.getExecutioner().exec(new BroadcastMulOp(array, vector(factor), array, axis));
    }
  }

  private static void add(INDArray array, INDArray summand) {
    int axis = axis(array, summand);
    if (axis == 0) {
      examples(array).addiRowVector(vector(summand));
    } else if (axis == array.rank() - 1) {
      new AxisView(array, axis).rows().addiRowVector(vector(summand));
    } else {
      Nd4j.getExecutioner().exec(new BroadcastAddOp(array, vector(summand), array, axis));
    }
  }

  private static void sumInto(INDArray slope, INDArray array) {
    int axis = axis(array, slope);
    int[] others = IntStream.range(0, array.rank()).filter(i -> i != axis).toArray();
    vector(slope).assign(axis == 0 ? examples(array).sum(0) : array.sum(others));
  }

  private static int axis(INDArray array, INDArray parameter) {
    return ConstantAffine.axis(parameter.shape(), array.shape());
  }

  private static INDArray examples(INDArray array) {
    return array.reshape('c', array.size(0), array.length() / array.size(0));
  }

  private static INDArray vector(INDArray parameter) {
    return parameter.reshape('c', new long[] {parameter.length()});
  }
}
