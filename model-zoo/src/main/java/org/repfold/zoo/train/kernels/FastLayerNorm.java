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

/**
 * LayerNorm over the channels of channel-major maps, over plain arrays (Ba, Kiros and Hinton, arXiv
 * 1607.06450). Positions are taken in blocks, each channel of a block being one run of memory.
 */
final class FastLayerNorm extends LayerNormLayer {
  private static final long serialVersionUID = 1L;

  /** Positions of a block. Fixed, so that the result does not depend on the number of cores. */
  private static final int BLOCK = 512;

  FastLayerNorm(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(LayerNorm conf) {
    return conf.getAxis() == 1
        && conf.isHasShift()
        && conf.getActivationFn() instanceof ActivationIdentity
        && conf.getIDropout() == null;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (input.rank() != 4) {
      return super.activate(training, workspaces);
    }
    float[] x = ChannelMajor.read(input, 0);
    float[] gain = ChannelMajor.vector(getParam(LayerNorm.GAIN));
    float[] shift = ChannelMajor.vector(getParam(LayerNorm.SHIFT));
    int positions = positions();
    Parallel.each(
        blocks(positions),
        b -> {
          Block block = new Block(x, gain.length, positions, b * BLOCK);
          for (int c = 0; c < gain.length; c++) {
            int at = c * positions + block.first;
            for (int i = 0; i < block.length; i++) {
              x[at + i] = (x[at + i] - block.mean[i]) * block.inverse[i] * gain[c] + shift[c];
            }
          }
        });
    INDArray y = ChannelMajor.create(workspaces, ArrayType.ACTIVATIONS, input.shape());
    ChannelMajor.write(x, y);
    return y;
  }

  /** As {@link LayerNormLayer#backpropGradient}: {@code dx = (h - mean(h) - z mean(h z)) / s}. */
  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (input.rank() != 4) {
      return super.backpropGradient(epsilon, workspaces);
    }
    float[] x = ChannelMajor.read(input, 0);
    float[] dy = ChannelMajor.read(epsilon, 1);
    float[] gain = ChannelMajor.vector(getParam(LayerNorm.GAIN));
    int channels = gain.length;
    int positions = positions();
    int blocks = blocks(positions);
    double[][] gainSlopes = new double[blocks][channels];
    double[][] shiftSlopes = new double[blocks][channels];
    Parallel.each(
        blocks,
        b -> {
          Block block = new Block(x, channels, positions, b * BLOCK);
          float[] sum = new float[block.length];
          float[] along = new float[block.length];
          for (int c = 0; c < channels; c++) {
            int at = c * positions + block.first;
            double gainSlope = 0;
            for (int i = 0; i < block.length; i++) {
              float z = (x[at + i] - block.mean[i]) * block.inverse[i];
              float h = dy[at + i] * gain[c];
              x[at + i] = z;
              sum[i] += h;
              along[i] += h * z;
              gainSlope += dy[at + i] * z;
            }
            gainSlopes[b][c] = gainSlope;
            shiftSlopes[b][c] = Sums.sum(dy, at, block.length);
          }
          for (int c = 0; c < channels; c++) {
            int at = c * positions + block.first;
            for (int i = 0; i < block.length; i++) {
              float centred = dy[at + i] * gain[c] - sum[i] / channels;
              x[at + i] = (centred - x[at + i] * along[i] / channels) * block.inverse[i];
            }
          }
        });
    INDArray next = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, input.shape());
    ChannelMajor.write(x, next);
    Gradient gradient = new DefaultGradient();
    put(gradient, LayerNorm.GAIN, gainSlopes);
    put(gradient, LayerNorm.SHIFT, shiftSlopes);
    return new Pair<>(gradient, next);
  }

  private int positions() {
    return (int) (input.length() / input.size(1));
  }

  private static int blocks(int positions) {
    return (positions + BLOCK - 1) / BLOCK;
  }

  private void put(Gradient gradient, String key, double[][] ofBlocks) {
    double[] sums = new double[ofBlocks[0].length];
    for (double[] block : ofBlocks) {
      for (int c = 0; c < sums.length; c++) {
        sums[c] += block[c];
      }
    }
    INDArray view = gradientViews.get(key);
    view.assign(Nd4j.createFromArray(sums).reshape(view.shape()));
    gradient.setGradientFor(key, view);
  }

  /** Mean and inverse deviation of each position of a block. */
  private final class Block {
    private final int first;
    private final int length;
    private final float[] mean;
    private final float[] inverse;

    Block(float[] x, int channels, int positions, int first) {
      this.first = first;
      this.length = Math.min(BLOCK, positions - first);
      this.mean = new float[length];
      this.inverse = new float[length];
      for (int c = 0; c < channels; c++) {
        int at = c * positions + first;
        for (int i = 0; i < length; i++) {
          mean[i] += x[at + i];
        }
      }
      for (int i = 0; i < length; i++) {
        mean[i] /= channels;
      }
      for (int c = 0; c < channels; c++) {
        int at = c * positions + first;
        for (int i = 0; i < length; i++) {
          float centred = x[at + i] - mean[i];
          inverse[i] += centred * centred;
        }
      }
      for (int i = 0; i < length; i++) {
        inverse[i] = (float) (1 / Math.sqrt(inverse[i] / channels + layerConf().getEpsilon()));
      }
    }
  }
}
