package org.repfold.graph.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.graph.Refusals.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.Tensor;

class ShardedSafetensorsTest {
  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";

  @TempDir Path folder;
  private Path index;

  @BeforeEach
  void writeShards() {
    index = folder.resolve("model.safetensors.index.json");
    shard(FIRST, Map.of("a", Tensor.vector(1), "b", Tensor.vector(2)));
    shard(SECOND, Map.of("c", Tensor.vector(3)));
  }

  private void shard(String name, Map<String, Tensor> tensors) {
    SafetensorsWriter.write(
        new Safetensors(tensors, Map.of("format", "pt")), folder.resolve(name), true);
  }

  private void index(String... entries) throws IOException {
    Files.writeString(
        index,
        "{\"metadata\": {\"total_size\": 24}, \"weight_map\": {"
            + String.join(", ", entries)
            + "}}");
  }

  private static String entry(String tensor, String shard) {
    return "\"%s\": \"%s\"".formatted(tensor, shard);
  }

  @Test
  void tensorsOfAllShardsComeInTheOrderOfTheIndex() throws IOException {
    index(entry("c", SECOND), entry("a", FIRST), entry("b", FIRST));
    Safetensors read = ShardedSafetensors.read(index);
    assertEquals(List.of("c", "a", "b"), List.copyOf(read.tensors().keySet()));
    assertEquals(Tensor.vector(2), read.tensor("b"));
    assertEquals(Map.of("format", "pt"), read.metadata());
  }

  @Test
  void tensorThatItsShardLacksIsRefused() throws IOException {
    index(entry("a", FIRST), entry("b", FIRST), entry("c", SECOND), entry("d", SECOND));
    assertRefused(
        () -> ShardedSafetensors.read(index), folder.resolve(SECOND) + ": ", "tensor 'd'");
  }

  @Test
  void tensorInAnotherShardThanListedIsRefused() throws IOException {
    index(entry("a", FIRST), entry("b", SECOND), entry("c", SECOND));
    assertRefused(
        () -> ShardedSafetensors.read(index),
        folder.resolve(FIRST) + ": ",
        "found 'b', listed for " + SECOND);
  }

  @Test
  void tensorInTwoShardsIsRefused() throws IOException {
    shard(SECOND, Map.of("c", Tensor.vector(3), "a", Tensor.vector(1)));
    index(entry("a", FIRST), entry("b", FIRST), entry("c", SECOND));
    assertRefused(
        () -> ShardedSafetensors.read(index),
        folder.resolve(SECOND) + ": ",
        "found 'a', listed for " + FIRST);
  }

  @Test
  void unlistedTensorIsRefused() throws IOException {
    index(entry("a", FIRST), entry("c", SECOND));
    assertRefused(() -> ShardedSafetensors.read(index), folder.resolve(FIRST) + ": ", "found 'b'");
  }

  @Test
  void missingShardIsRefused() throws IOException {
    index(entry("a", "elsewhere.safetensors"));
    assertRefused(
        () -> ShardedSafetensors.read(index),
        folder.resolve("elsewhere.safetensors") + ": ",
        "found nothing");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../secret.safetensors",
        "/etc/passwd",
        "sub/model.safetensors",
        "sub\\\\model.safetensors",
        "C:model.safetensors",
        "..",
        "",
        "a\\u0000b"
      })
  void shardInAnotherFolderIsRefused(String shard) throws IOException {
    index(entry("a", shard));
    assertRefused(
        () -> ShardedSafetensors.read(index), index + ": ", "files beside the index, found '");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"weight_map\": []}",
        "{\"weight_map\": {}}",
        "{\"weight_map\": {\"a\": 1}}",
        "{\"weight_map\": {\"a\": \"x\", \"a\": \"y\"}}"
      })
  void malformedIndexIsRefused(String json) throws IOException {
    Files.writeString(index, json);
    assertRefused(() -> ShardedSafetensors.read(index), index + ": ");
  }
}
