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
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.io.dl4j.layers.LayerNorm;
import org.repfold.converter.io.dl4j.layers.LayerNormLayer;

/** LayerNorm along the last axis, row by row over plain arrays. */
final class FastTokenNorm extends LayerNormLayer {
  private static final long serialVersionUID = 1L;

  /** Fixed, so that the result does not depend on the number of cores. */
  private static final int PARTS = 16;

  FastTokenNorm(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(LayerNorm conf) {
    return conf.isHasShift()
        && conf.getActivationFn() instanceof ActivationIdentity
        && conf.getIDropout() == null;
  }

  private boolean isAlongLastAxis() {
    int axis = layerConf().getAxis();
    return axis == input.rank() - 1 && input.size(axis) == layerConf().getNOut();
  }

  private float deviation(float[] x, int from, int size, float mean) {
    return (float) Math.sqrt(Sums.squares(x, from, size, mean) / size + layerConf().getEpsilon());
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (!isAlongLastAxis()) {
      return super.activate(training, workspaces);
    }
    int size = (int) layerConf().getNOut();
    int rows = (int) (input.length() / size);
    float[] x = RowMajor.read(input, 0);
    float[] gain = ChannelMajor.vector(getParam(LayerNorm.GAIN));
    float[] shift = ChannelMajor.vector(getParam(LayerNorm.SHIFT));
    Parallel.each(
        PARTS,
        part -> {
          for (int row = bound(rows, part); row < bound(rows, part + 1); row++) {
            int from = row * size;
            float mean = (float) (Sums.sum(x, from, size) / size);
            float inverse = 1 / deviation(x, from, size, mean);
            for (int i = 0; i < size; i++) {
              x[from + i] = (x[from + i] - mean) * inverse * gain[i] + shift[i];
            }
          }
        });
    return RowMajor.written(x, workspaces, ArrayType.ACTIVATIONS, input.shape());
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (!isAlongLastAxis()) {
      return super.backpropGradient(epsilon, workspaces);
    }
    int size = (int) layerConf().getNOut();
    int rows = (int) (input.length() / size);
    float[] x = RowMajor.read(input, 0);
    float[] dy = RowMajor.read(epsilon, 1);
    float[] gain = ChannelMajor.vector(getParam(LayerNorm.GAIN));
    float[][] gainSlopes = new float[PARTS][size];
    float[][] shiftSlopes = new float[PARTS][size];
    Parallel.each(
        PARTS,
        part -> {
          for (int row = bound(rows, part); row < bound(rows, part + 1); row++) {
            derive(x, dy, row * size, gain, gainSlopes[part], shiftSlopes[part]);
          }
        });
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(LayerNorm.GAIN, sumInto(LayerNorm.GAIN, gainSlopes), 'c');
    gradient.setGradientFor(LayerNorm.SHIFT, sumInto(LayerNorm.SHIFT, shiftSlopes), 'c');
    return new Pair<>(
        gradient, RowMajor.written(x, workspaces, ArrayType.ACTIVATION_GRAD, input.shape()));
  }

  /** Replaces a row of the input by the slope of the loss by it, as {@link LayerNormLayer} does. */
  private void derive(
      float[] x, float[] dy, int from, float[] gain, float[] gainSlope, float[] shiftSlope) {
    int size = gain.length;
    float mean = (float) (Sums.sum(x, from, size) / size);
    float inverse = 1 / deviation(x, from, size, mean);
    for (int i = 0; i < size; i++) {
      float z = (x[from + i] - mean) * inverse;
      float slope = dy[from + i];
      gainSlope[i] += slope * z;
      shiftSlope[i] += slope;
      x[from + i] = z;
      dy[from + i] = slope * gain[i];
    }
    float level = (float) (Sums.sum(dy, from, size) / size);
    float along = (float) (Sums.dot(dy, from, x, from, size) / size);
    for (int i = 0; i < size; i++) {
      x[from + i] = (dy[from + i] - level - x[from + i] * along) * inverse;
    }
  }

  private INDArray sumInto(String parameter, float[][] parts) {
    float[] sum = parts[0];
    for (int part = 1; part < PARTS; part++) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += parts[part][i];
      }
    }
    INDArray view = gradientViews.get(parameter);
    view.assign(Nd4j.createFromArray(sum));
    return view;
  }

  private static int bound(int rows, int part) {
    return (int) ((long) rows * part / PARTS);
  }
}
