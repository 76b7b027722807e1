package org.repfold.zoo;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * PyTorch's default initialisation, which the official RepMLPNet uses unchanged: weights and biases
 * of convolutions and linear layers uniform in {@code +-1 / sqrt(fan_in)}, where {@code fan_in}
 * counts the inputs of one output (of its own group); BatchNorm gamma 1, beta 0, mean 0, variance
 * 1.
 */
final class Initialization {
  private Initialization() {}

  /**
   * Allocates and initialises a graph. Each tensor has its own random stream, derived from the seed
   * and its name, so that its values do not depend on what else is in the graph.
   */
  static ComputationGraph initialize(ComputationGraphConfiguration configuration, long seed) {
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    double bound = 0;
    for (NamedParameter parameter : NamedParameter.of(graph)) {
      boolean isMatrix = parameter.view().rank() > 1;
      if (isMatrix) {
        bound = 1 / Math.sqrt((double) parameter.view().length() / parameter.view().size(0));
      }
      boolean isBiasOfMatrix = parameter.leaf().equals("bias") && bound > 0;
      if (isMatrix || isBiasOfMatrix) {
        fill(parameter, seed, bound);
      }
      if (!isMatrix) {
        bound = 0;
      }
    }
    return graph;
  }

  private static void fill(NamedParameter parameter, long seed, double bound) {
    INDArray view = parameter.view();
    SplittableRandom random = new SplittableRandom(seed ^ streamOf(parameter.name()) << 32);
    double[] values = new double[Math.toIntExact(view.length())];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextDouble(-bound, bound);
    }
    view.assign(Nd4j.create(values, view.shape(), DataType.DOUBLE));
  }

  private static long streamOf(String name) {
    CRC32 checksum = new CRC32();
    checksum.update(name.getBytes(StandardCharsets.UTF_8));
    return checksum.getValue();
  }
}
