package org.repfold.zoo;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Reproducible values for full-size networks: a hash of name and index. */
public final class FormulaWeights {
  private static final long FNV_OFFSET = 0xcbf29ce484222325L;
  private static final long FNV_PRIME = 0x100000001b3L;
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private FormulaWeights() {}

  /** The tensor of the given state-dict name and shape, in C order. */
  public static float[] tensor(String name, long... shape) {
    int length = Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b));
    String leaf = name.substring(name.lastIndexOf('.') + 1);
    boolean isVector = Arrays.stream(shape).max().orElse(1) == length;
    double scale = 2 * Math.sqrt(3 / ((double) length / (shape.length == 0 ? 1 : shape[0])));
    long hash = hash(name);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      double u = uniform(hash, i);
      values[i] =
          (float)
              switch (leaf) {
                case "running_var" -> 0.5 + u;
                case "running_mean", "bias", "beta" -> 0.2 * (u - 0.5);
                default -> isVector ? 0.3 + 0.4 * u : (u - 0.5) * scale;
              };
    }
    return values;
  }

  /** The network's input. */
  public static float[] input(int length) {
    long hash = hash("input");
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) ((uniform(hash, i) - 0.5) * 2 * Math.sqrt(3));
    }
    return values;
  }

  private static long hash(String name) {
    long hash = FNV_OFFSET;
    for (byte b : ("public:" + name).getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * FNV_PRIME;
    }
    return hash;
  }

  private static double uniform(long hash, long index) {
    long z = hash + (index + 1) * GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z = z ^ (z >>> 31);
    return (z >>> 11) * 0x1.0p-53;
  }

  /** A graph with all its weights from the formula. */
  public static ComputationGraph fill(ComputationGraph graph) {
    Map<String, INDArray> weights = StateDict.of(graph);
    for (NamedParameter parameter : NamedParameter.of(graph)) {
      long[] shape = parameter.view().shape();
      weights.put(
          parameter.name(), Nd4j.createFromArray(tensor(parameter.name(), shape)).reshape(shape));
    }
    StateDict.load(graph, weights);
    return graph;
  }
}
