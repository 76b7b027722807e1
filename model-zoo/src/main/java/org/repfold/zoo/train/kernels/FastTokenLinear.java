package org.repfold.zoo.train.kernels;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.layers.Linear;

/**
 * A dense layer that also takes tokens {@code [N, T, C]}, along either axis, on several threads.
 */
final class FastTokenLinear extends FastLinear {
  private static final long serialVersionUID = 1L;

  FastTokenLinear(NeuralNetConfiguration conf) {
    super(conf);
  }

  private boolean isOfTokens() {
    return input.rank() == 3 && input.size(layerConf().getAxis()) == layerConf().getNIn();
  }

  private boolean mixesChannels() {
    return layerConf().getAxis() == 2;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (!isOfTokens()) {
      return super.activate(training, workspaces);
    }
    long[] shape = input.shape().clone();
    shape[layerConf().getAxis()] = layerConf().getNOut();
    INDArray y = workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, shape, 'c');
    INDArray x = RowMajor.of(input);
    INDArray weight = getParam(Linear.WEIGHT);
    if (mixesChannels()) {
      RowMajor.multiply(rows(x), false, weight, true, rows(y));
      if (hasBias()) {
        rows(y).addiRowVector(getParam(Linear.BIAS));
      }
    } else {
      RowMajor.multiplyShared(weight, false, x, y);
      if (hasBias()) {
        INDArray bias = getParam(Linear.BIAS);
        RowMajor.inParts(y.size(0), n -> y.slice(n).addiColumnVector(bias));
      }
    }
    return y;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (!isOfTokens()) {
      return super.backpropGradient(epsilon, workspaces);
    }
    INDArray x = RowMajor.of(input);
    INDArray dy = RowMajor.of(epsilon);
    INDArray weight = getParam(Linear.WEIGHT);
    INDArray weightSlope = gradientViews.get(Linear.WEIGHT);
    INDArray next =
        workspaces.createUninitialized(
            ArrayType.ACTIVATION_GRAD, DataType.FLOAT, input.shape(), 'c');
    if (mixesChannels()) {
      RowMajor.multiply(rows(dy), true, rows(x), false, weightSlope);
      RowMajor.multiply(rows(dy), false, weight, false, rows(next));
    } else {
      RowMajor.sumOfProducts(dy, x, weightSlope);
      RowMajor.multiplyShared(weight, true, dy, next);
    }
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(Linear.WEIGHT, weightSlope, 'c');
    if (hasBias()) {
      INDArray biasSlope = gradientViews.get(Linear.BIAS);
      biasSlope.assign(dy.sum(0, mixesChannels() ? 1 : 2));
      gradient.setGradientFor(Linear.BIAS, biasSlope, 'c');
    }
    return new Pair<>(gradient, next);
  }

  private static INDArray rows(INDArray tokens) {
    return tokens.reshape('c', tokens.size(0) * tokens.size(1), tokens.size(2));
  }
}
