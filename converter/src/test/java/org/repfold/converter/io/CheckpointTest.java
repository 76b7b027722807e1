package org.repfold.converter.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Tensor;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsWriter;

class CheckpointTest {
  @TempDir Path folder;

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(CheckpointTest.class.getResource(name).toURI());
  }

  private Path safetensors(String name, Map<String, String> metadata, String... tensors) {
    Map<String, Tensor> values = new LinkedHashMap<>();
    for (String tensor : tensors) {
      values.put(tensor, Tensor.vector(tensor.length()));
    }
    Path file = folder.resolve(name);
    SafetensorsWriter.write(new Safetensors(values, metadata), file, true);
    return file;
  }

  private static String refusal(Path file) {
    String message =
        assertThrows(BadInputException.class, () -> Checkpoint.read(file)).getMessage();
    assertTrue(message.startsWith(file + ": "), message);
    return message.substring((file + ": ").length());
  }

  @ParameterizedTest
  @CsvSource({
    "bare.pth, ''",
    "legacy.pth, ''",
    "module.pth, module.",
    "prefixes.pth, module. _orig_mod. backbone."
  })
  void prefixesAreStrippedAndReported(String name, String prefixes) throws URISyntaxException {
    Checkpoint read = Checkpoint.read(resource("/pytorch/" + name));
    assertEquals(prefixes, String.join(" ", read.strippedPrefixes()));
    assertEquals(
        Checkpoint.read(resource("/pytorch/bare.pth")).tensors().keySet(), read.tensors().keySet());
  }

  @Test
  void prefixWithinANameStays() {
    Path file = safetensors("x.safetensors", Map.of(), "neck.module.weight", "modules.weight");
    Checkpoint read = Checkpoint.read(file);
    assertEquals(Set.of("neck.module.weight", "modules.weight"), read.tensors().keySet());
    assertEquals(List.of(), read.strippedPrefixes());
  }

  @Test
  void namesThatPrefixesAloneTellApartAreRefused() {
    Path file = safetensors("x.safetensors", Map.of(), "fc.weight", "module.fc.weight");
    assertEquals(
        "expected one tensor 'fc.weight' without the prefixes [module.], found two", refusal(file));
  }

  @Test
  void safetensorsAreTold() {
    Path file = safetensors("x.bin", Map.of("format", "pt"), "weight");
    Checkpoint read = Checkpoint.read(file);
    assertEquals(Map.of("weight", Tensor.vector(6)), read.tensors());
    assertEquals(Map.of("format", "pt"), read.metadata());
    assertEquals(Optional.empty(), read.section());
    assertEquals(file, read.path());
  }

  /** Lengths of 128 and 19,280 bytes: the first byte of a pickle, the first two of a zip. */
  @ParameterizedTest
  @ValueSource(ints = {0x80, 'P' | 'K' << 8})
  void safetensorsWhoseLengthLooksLikeAnotherKindAreTold(int length) throws IOException {
    Path file = safetensors("x", Map.of("padding", ""), "weight");
    int unpadded = headerLength(file);
    safetensors("x", Map.of("padding", "x".repeat(length - unpadded)), "weight");
    assertEquals(length, headerLength(file));
    assertEquals(Set.of("weight"), Checkpoint.read(file).tensors().keySet());
  }

  private static int headerLength(Path file) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  @Test
  void indexOfShardsIsTold() throws IOException {
    safetensors("one.safetensors", Map.of(), "a");
    safetensors("two.safetensors", Map.of(), "b");
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(
        index, "{\"weight_map\": {\"b\": \"two.safetensors\", \"a\": \"one.safetensors\"}}");
    assertEquals(List.of("b", "a"), List.copyOf(Checkpoint.read(index).tensors().keySet()));
  }

  @Test
  void sectionOfSafetensorsIsRefused() {
    Path file = safetensors("x.safetensors", Map.of(), "weight");
    assertThrows(BadInputException.class, () -> Checkpoint.read(file, Optional.of("model")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "not a checkpoint", "GGUF0000000000"})
  void otherKindsAreRefused(String content) throws IOException {
    assertEquals(
        "expected a checkpoint of PyTorch or safetensors, found neither by its first bytes",
        refusal(Files.writeString(folder.resolve("x"), content)));
  }

  @Test
  void missingFileIsRefused() {
    assertEquals("expected a file, found nothing of that name", refusal(folder.resolve("none")));
  }
}
