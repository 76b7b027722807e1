package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the list of models says of a network is what is found in its files. */
class ModelsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("org.repfold.cli.RandomNetwork#small")
  void inspectAgrees(String name) throws IOException {
    JsonNode listed = listed(name);
    Path train = folder.resolve("train.zip");
    RandomNetwork.save(name, train);
    assertAgrees(listed, "train", train);
    for (String deployed : new String[] {"deploy.onnx", "deploy.zip"}) {
      Path deploy = folder.resolve(deployed);
      assertEquals(
          0,
          CommandResult.of("convert", train.toString(), "-o", deploy.toString(), "--no-verify")
              .exitCode());
      assertAgrees(listed, "deploy", deploy);
    }
  }

  private static void assertAgrees(JsonNode listed, String form, Path file) throws IOException {
    JsonNode found = json("inspect", file.toString(), "--json");
    assertEquals(
        listed.get("parameters").get(form).longValue(),
        found.get("parameters").longValue(),
        () -> "parameters of " + file);
    assertEquals(
        listed.get("flops").get(form).longValue(),
        found.get("flops").longValue(),
        () -> "operations of " + file);
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
}
