package org.repfold.zoo.train.kernels;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.pooling.GlobalPoolingLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The mean of each map, over plain arrays. */
final class FastGlobalAveragePool extends GlobalPoolingLayer {
  private static final long serialVersionUID = 1L;

  FastGlobalAveragePool(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer conf) {
    return conf.getPoolingType() == PoolingType.AVG
        && (conf.getPoolingDimensions() == null
            || Arrays.equals(conf.getPoolingDimensions(), new int[] {2, 3}));
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (input.rank() != 4 || maskArray != null) {
      return super.activate(training, workspaces);
    }
    int n = (int) input.size(0);
    int channels = (int) input.size(1);
    int size = (int) (input.size(2) * input.size(3));
    float[] x = ChannelMajor.read(input, 0);
    float[] means = ChannelMajor.scratch(1, (long) n * channels);
    Parallel.each(
        channels,
        c -> {
          for (int i = 0; i < n; i++) {
            means[i * channels + c] = (float) (Sums.sum(x, (c * n + i) * size, size) / size);
          }
        });
    INDArray result =
        workspaces.createUninitialized(
            ArrayType.ACTIVATIONS, DataType.FLOAT, new long[] {n, channels}, 'c');
    ChannelMajor.writeContiguous(means, result);
    boolean flat =
        ((org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer) conf.getLayer())
            .isCollapseDimensions();
    return flat ? result : result.reshape('c', input.size(0), input.size(1), 1, 1);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (input.rank() != 4 || maskArray != null) {
      return super.backpropGradient(epsilon, workspaces);
    }
    int n = (int) input.size(0);
    int channels = (int) input.size(1);
    int size = (int) (input.size(2) * input.size(3));
    float[] dy = epsilon.reshape('c', input.size(0), input.size(1)).dup('c').data().asFloat();
    float[] dx = ChannelMajor.scratch(0, input.length());
    Parallel.each(
        channels,
        c -> {
          for (int i = 0; i < n; i++) {
            int from = (c * n + i) * size;
            Arrays.fill(dx, from, from + size, dy[i * channels + c] / size);
          }
        });
    INDArray next = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, input.shape());
    ChannelMajor.write(dx, next);
    return new Pair<>(new DefaultGradient(), next);
  }
}
