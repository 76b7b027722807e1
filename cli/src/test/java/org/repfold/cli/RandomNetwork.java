package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.catalog.Families;

/** Networks of the zoo with random parameters. */
final class RandomNetwork {
  private RandomNetwork() {}

  /** Names of a small network of each family. */
  static Stream<String> small() {
    return Families.architectures().stream()
        .map(Architecture::name)
        .filter(name -> name.endsWith("_demo"));
  }

  /** With statistics, gains and shifts for which no fold is simpler than in a trained network. */
  static void save(String name, Path file) throws IOException {
    ComputationGraph graph = Architecture.find(name).build(GraphOptions.inference(DataType.FLOAT));
    graph.params().assign(Nd4j.rand(DataType.FLOAT, graph.params().shape()).muli(0.5).addi(0.25));
    ModelSerializer.writeModel(graph, file.toFile(), false);
    graph.close();
  }
}
