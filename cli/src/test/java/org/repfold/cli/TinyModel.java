package org.repfold.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.repmlpnet.RepMLPNet;
import org.repfold.zoo.repmlpnet.RepMLPNetConfiguration;

/** A RepMLPNet of one stage on 8 x 8 images, as a user's own DL4J program would save it. */
final class TinyModel {
  static final RepMLPNetConfiguration CONFIGURATION =
      new RepMLPNetConfiguration(
          1,
          5,
          8,
          8,
          2,
          2,
          List.of(1),
          List.of(8),
          List.of(4),
          List.of(4),
          List.of(2),
          List.of(1, 3),
          4);

  private TinyModel() {}

  /** Weights and BatchNorm statistics as if trained, from a seed. */
  static ComputationGraph graph(long seed) {
    ComputationGraph graph = RepMLPNet.build(CONFIGURATION, GraphOptions.inference(DataType.FLOAT));
    Random random = new Random(seed);
    for (GraphVertex vertex : graph.getVertices()) {
      if (vertex.paramTable(false) != null) {
        vertex.paramTable(false).forEach((key, value) -> randomise(key, value, random));
      }
    }
    return graph;
  }

  private static void randomise(String key, INDArray values, Random random) {
    for (long i = 0; i < values.length(); i++) {
      double value = 0.4 * random.nextGaussian();
      values.putScalar(i, key.equals("var") ? 0.5 + random.nextDouble() : value);
    }
  }

  static Path write(Path file) {
    return write(file, graph -> {});
  }

  /** Writes the model after a change to it. */
  static Path write(Path file, Consumer<ComputationGraph> change) {
    ComputationGraph graph = graph(7);
    change.accept(graph);
    try {
      ModelSerializer.writeModel(graph, file.toFile(), false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }
}
