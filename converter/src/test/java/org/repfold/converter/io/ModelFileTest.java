package org.repfold.converter.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Tensor;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsWriter;

/** Kinds of files are told from their content. */
class ModelFileTest {
  @TempDir Path folder;

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(ModelFileTest.class.getResource(name).toURI());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/pytorch/bare.pth",
        "/pytorch/legacy.pth",
        "/pytorch/training.pth",
        "/pytorch/protocol4.pth",
        "/pytorch/torchscript.pt",
        "/golden/dbb.safetensors"
      })
  void checkpointsAreKnown(String name) throws URISyntaxException {
    assertEquals(ModelFile.Format.PYTORCH, ModelFile.formatOf(resource(name)));
  }

  @Test
  void indexOfShardsIsACheckpoint() throws IOException {
    Path index = Files.writeString(folder.resolve("model.index.json"), "{\"weight_map\": {}}");

    assertEquals(ModelFile.Format.PYTORCH, ModelFile.formatOf(index));
  }

  /** A safetensors header of a length that ONNX models begin with. */
  @Test
  void safetensorsThatBeginLikeOnnxAreACheckpoint() throws IOException {
    for (int length = 1; length < 400; length++) {
      Path file = folder.resolve("a.safetensors");
      Map<String, Tensor> tensors = Map.of("a".repeat(length), Tensor.vector(1));
      SafetensorsWriter.write(new Safetensors(tensors, Map.of()), file, true);
      if (Files.readAllBytes(file)[0] == 8) {
        assertEquals(ModelFile.Format.PYTORCH, ModelFile.formatOf(file));
        return;
      }
    }
    throw new AssertionError("no header begins with 8");
  }

  @Test
  void onnxModelIsKnown() throws URISyntaxException {
    assertEquals(ModelFile.Format.ONNX, ModelFile.formatOf(resource("/golden/onnx/dbb.onnx")));
  }

  @Test
  void zipWithoutFolderIsDl4js() throws IOException {
    Path zip = folder.resolve("net.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("configuration.json"));
      out.write("a/b".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    assertEquals(ModelFile.Format.DL4J, ModelFile.formatOf(zip));
  }

  @Test
  void everyBeginningOfACheckpointIsOneOrNone() throws IOException, URISyntaxException {
    byte[] whole = Files.readAllBytes(resource("/pytorch/bare.pth"));
    for (int length = 1; length < 80; length++) {
      Path file = Files.write(folder.resolve("short.pth"), Arrays.copyOf(whole, length));
      try {
        ModelFile.formatOf(file);
      } catch (BadInputException e) {
        assertTrue(e.getMessage().startsWith(file + ": expected"), e.getMessage());
      }
    }
  }

  @Test
  void checkpointAloneIsNoModel() throws URISyntaxException {
    Path file = resource("/pytorch/bare.pth");

    String message = assertThrows(BadInputException.class, () -> ModelFile.read(file)).getMessage();

    assertTrue(message.startsWith(file + ": expected a model that states its architecture"));
  }
}
