package org.repfold.converter.io.dl4j.layers;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastAddOp;
import org.nd4j.linalg.api.ops.impl.broadcast.BroadcastMulOp;
import org.nd4j.linalg.factory.Nd4j;

/** Computes {@link ConstantAffine}. */
public final class ConstantAffineLayer extends BaseLayer<ConstantAffine> {
  private static final long serialVersionUID = 1L;

  public ConstantAffineLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public boolean hasBias() {
    return layerConf().getBiasShape() != null;
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
    INDArray result = workspaceMgr.dup(ArrayType.ACTIVATIONS, input.castTo(dataType), 'c');
    if (params.containsKey(ConstantAffine.SCALE)) {
      multiply(result, getParam(ConstantAffine.SCALE));
    }
    if (params.containsKey(ConstantAffine.BIAS)) {
      add(result, getParam(ConstantAffine.BIAS));
    }
    return result;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(true);
    Gradient gradient = new DefaultGradient();
    INDArray next = workspaceMgr.dup(ArrayType.ACTIVATION_GRAD, epsilon, 'c');
    if (params.containsKey(ConstantAffine.SCALE)) {
      INDArray view = gradientViews.get(ConstantAffine.SCALE);
      sumInto(view, next.mul(input));
      gradient.setGradientFor(ConstantAffine.SCALE, view, 'c');
    }
    if (params.containsKey(ConstantAffine.BIAS)) {
      INDArray view = gradientViews.get(ConstantAffine.BIAS);
      sumInto(view, next);
      gradient.setGradientFor(ConstantAffine.BIAS, view, 'c');
    }
    if (params.containsKey(ConstantAffine.SCALE)) {
      multiply(next, getParam(ConstantAffine.SCALE));
    }
    return new Pair<>(gradient, next);
  }

  private static boolean perChannel(INDArray parameter) {
    return parameter.length() == parameter.size(1);
  }

  private static void multiply(INDArray map, INDArray factor) {
    if (perChannel(factor)) {
      Nd4j.getExecutioner().exec(new BroadcastMulOp(map, vector(factor), map, 1));
    } else {
      rows(map).muliRowVector(vector(factor));
    }
  }

  private static void add(INDArray map, INDArray summand) {
    if (perChannel(summand)) {
      Nd4j.getExecutioner().exec(new BroadcastAddOp(map, vector(summand), map, 1));
    } else {
      rows(map).addiRowVector(vector(summand));
    }
  }

  private static void sumInto(INDArray gradient, INDArray map) {
    vector(gradient).assign(perChannel(gradient) ? map.sum(0, 2, 3) : rows(map).sum(0));
  }

  private static INDArray rows(INDArray map) {
    return map.reshape('c', map.size(0), map.length() / map.size(0));
  }

  private static INDArray vector(INDArray parameter) {
    return parameter.reshape(parameter.length());
  }
}
