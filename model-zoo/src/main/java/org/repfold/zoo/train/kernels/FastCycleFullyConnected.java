package org.repfold.zoo.train.kernels;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.io.dl4j.layers.CycleFullyConnected;
import org.repfold.converter.io.dl4j.layers.CycleFullyConnectedLayer;

/** Cycle FC of channel-major maps: rows of a channel are moved over plain arrays. */
final class FastCycleFullyConnected extends CycleFullyConnectedLayer {
  private static final long serialVersionUID = 1L;

  FastCycleFullyConnected(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(CycleFullyConnected conf) {
    return conf.getActivationFn() instanceof ActivationIdentity && conf.getIDropout() == null;
  }

  private ChannelProduct product() {
    return new ChannelProduct(
        this, gradientViews, CycleFullyConnected.WEIGHT, CycleFullyConnected.BIAS);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    long[] shape = input.shape().clone();
    shape[1] = layerConf().getNOut();
    INDArray y = ChannelMajor.create(workspaces, ArrayType.ACTIVATIONS, shape);
    product().forward(moved(), ChannelMajor.matrix(y));
    return y;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    INDArray moved = moved();
    INDArray slope = Nd4j.createUninitialized(DataType.FLOAT, moved.shape());
    Gradient gradient = product().backward(moved, ChannelMajor.matrix(epsilon), slope);
    INDArray next = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, input.shape());
    move(slope, ChannelMajor.matrix(next), -1);
    return new Pair<>(gradient, next);
  }

  /** The input's channels, moved, as {@code [C, N * H * W]}. */
  private INDArray moved() {
    INDArray x = ChannelMajor.matrix(input);
    INDArray moved = Nd4j.createUninitialized(DataType.FLOAT, x.shape());
    move(x, moved, 1);
    return moved;
  }

  private void move(INDArray from, INDArray to, int direction) {
    float[] source = ChannelMajor.scratch(0, from.length());
    float[] target = ChannelMajor.scratch(1, from.length());
    ChannelMajor.readContiguous(from, source);
    double[] offset = layerConf().officialBuffers().get(0).value().toDoubles();
    int height = (int) input.size(2);
    int width = (int) input.size(3);
    int rows = (int) from.size(1) / width;
    Parallel.each(
        (int) from.size(0),
        c -> {
          int down = direction * (int) offset[2 * c];
          int right = direction * (int) offset[2 * c + 1];
          int first = Math.max(0, -right);
          int count = Math.max(0, width - Math.abs(right));
          int start = c * rows * width;
          Arrays.fill(target, start, start + rows * width, 0);
          for (int row = 0; row < rows; row++) {
            int other = row % height + down;
            if (other >= 0 && other < height && count > 0) {
              System.arraycopy(
                  source,
                  start + (row + down) * width + first + right,
                  target,
                  start + row * width + first,
                  count);
            }
          }
        });
    ChannelMajor.writeContiguous(target, to);
  }
}
