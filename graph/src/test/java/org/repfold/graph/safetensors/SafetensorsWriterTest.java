package org.repfold.graph.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.repfold.graph.Refusals.assertRefused;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

class SafetensorsWriterTest {
  @TempDir Path folder;

  /** What the test resources' {@code generate.py} writes with the format's own library. */
  private static Map<String, Tensor> official() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("head.weight", Tensor.of(Shape.of(2, 2), 1f, 2f, 3f, -4f));
    tensors.put("head.bias", Tensor.of(Shape.of(2), 0.5f, 0.25f));
    tensors.put("exact", Tensor.vector(1 / 3.0));
    tensors.put("head.norm.num_batches_tracked", Tensor.of(Shape.of(), 7L));
    tensors.put("empty", Tensor.of(Shape.of(0, 3), new float[0]));
    return tensors;
  }

  private byte[] write(Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    Path file = folder.resolve("written.safetensors");
    SafetensorsWriter.write(new Safetensors(tensors, metadata), file, true);
    return Files.readAllBytes(file);
  }

  @Test
  void bytesAreThoseOfTheOfficialLibrary() throws IOException, URISyntaxException {
    Path expected = Path.of(getClass().getResource("/safetensors/official.safetensors").toURI());
    assertArrayEquals(Files.readAllBytes(expected), write(official(), Map.of("format", "pt")));
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    Map<String, String> metadata = Map.of("format", "pt", "a \"quote\"\n", "\u00e9\u4e2d");
    write(official(), metadata);
    Safetensors read = SafetensorsReader.read(folder.resolve("written.safetensors"));
    assertEquals(official(), read.tensors());
    assertEquals(metadata, read.metadata());
  }

  @Test
  void tensorLongerThanTheBuffersIsReadBack() throws IOException {
    Tensor large = Tensor.of(Shape.of(3, 100_003), new Random(5).doubles(300_009).toArray());
    write(Map.of("large", large), Map.of());
    assertEquals(
        large, SafetensorsReader.read(folder.resolve("written.safetensors")).tensor("large"));
  }

  @Test
  void orderOfTensorsAndTextsDoesNotMatter() throws IOException {
    Map<String, Tensor> reversed = new LinkedHashMap<>();
    official().entrySet().stream()
        .sorted(Map.Entry.<String, Tensor>comparingByKey().reversed())
        .forEach(entry -> reversed.put(entry.getKey(), entry.getValue()));
    Map<String, String> one = new LinkedHashMap<>();
    one.put("x", "1");
    one.put("a", "2");
    Map<String, String> other = new LinkedHashMap<>();
    other.put("a", "2");
    other.put("x", "1");
    assertArrayEquals(write(official(), one), write(reversed, other));
  }

  @Test
  void nameKeptForMetadataIsRefused() {
    assertRefused(() -> write(Map.of("__metadata__", Tensor.vector(1)), Map.of()), "__metadata__");
    assertFalse(Files.exists(folder.resolve("written.safetensors")));
  }
}
