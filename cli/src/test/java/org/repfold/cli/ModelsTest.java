package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.catalog.Families;

/** What the list of models says of a network is what is found in its files. */
class ModelsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  static Stream<String> smallNetworks() {
    return Families.architectures().stream()
        .map(Architecture::name)
        .filter(name -> name.endsWith("_demo"));
  }

  @ParameterizedTest
  @MethodSource("smallNetworks")
  void inspectAgrees(String name) throws IOException {
    JsonNode listed = listed(name);
    Path train = folder.resolve("train.zip");
    save(name, train);
    Path deploy = folder.resolve("deploy.onnx");
    assertEquals(
        0,
        CommandResult.of("convert", train.toString(), "-o", deploy.toString(), "--no-verify")
            .exitCode());

    for (String form : new String[] {"train", "deploy"}) {
      Path file = form.equals("train") ? train : deploy;
      JsonNode found = json("inspect", file.toString(), "--json");
      assertEquals(
          listed.get("parameters").get(form).longValue(),
          found.get("parameters").longValue(),
          form);
      assertEquals(listed.get("flops").get(form).longValue(), found.get("flops").longValue(), form);
    }
  }

  private static JsonNode listed(String name) throws IOException {
    for (JsonNode model : json("models", "--json")) {
      if (model.get("name").asText().equals(name)) {
        return model;
      }
    }
    throw new AssertionError(name + " is not listed");
  }

  private static JsonNode json(String... arguments) throws IOException {
    return JSON.readTree(CommandResult.of((Object[]) arguments).out());
  }

  /** With statistics, gains and shifts for which no fold is simpler than in a trained network. */
  private static void save(String name, Path file) throws IOException {
    ComputationGraph graph = Architecture.find(name).build(GraphOptions.inference(DataType.FLOAT));
    graph.params().assign(Nd4j.rand(DataType.FLOAT, graph.params().shape()).muli(0.5).addi(0.25));
    ModelSerializer.writeModel(graph, file.toFile(), false);
    graph.close();
  }
}
