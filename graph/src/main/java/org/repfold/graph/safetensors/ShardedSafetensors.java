package org.repfold.graph.safetensors;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.InputFile;

/**
 * Reads a checkpoint that is split over several safetensors files (<i>shards</i>), given its index,
 * {@code model.safetensors.index.json}: a JSON object whose {@code weight_map} names the shard of
 * each tensor.
 *
 * <p>The shards lie beside the index. The index and they must agree: each tensor is in the shard
 * that the index names, in no other, and no shard holds any that the index does not list.
 */
public final class ShardedSafetensors {
  private static final int LONGEST_INDEX = 100_000_000;
  private static final String WEIGHT_MAP = "weight_map";

  private ShardedSafetensors() {}

  /**
   * Reads all shards of an index. The tensors come in the order of the index; free text is that of
   * the shards.
   *
   * @throws BadInputException in one line, starting with the index or the shard, if either is
   *     missing, damaged, disagrees with the other, or a shard would lie in another folder
   */
  public static Safetensors read(Path index) {
    Map<String, String> shardOf =
        InputFile.read(
            index,
            in -> {
              if (in.size() > LONGEST_INDEX) {
                throw new BadInputException(
                    "expected an index of at most " + LONGEST_INDEX + " bytes, found " + in.size());
              }
              return parse(in.bytes(0, (int) in.size()).array());
            });
    Map<String, Tensor> found = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    for (String name : new LinkedHashSet<>(shardOf.values())) {
      Path shard = index.resolveSibling(name);
      Safetensors content = SafetensorsReader.read(shard);
      for (Map.Entry<String, Tensor> tensor : content.tensors().entrySet()) {
        requireListed(shard, tensor.getKey(), name, shardOf);
        found.put(tensor.getKey(), tensor.getValue());
      }
      content.metadata().forEach(metadata::putIfAbsent);
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    shardOf.forEach(
        (name, shard) -> {
          if (!found.containsKey(name)) {
            throw new BadInputException(
                index.resolveSibling(shard)
                    + ": expected the tensor '"
                    + name
                    + "' that the index "
                    + index.getFileName()
                    + " lists, found none");
          }
          tensors.put(name, found.get(name));
        });
    return new Safetensors(tensors, metadata);
  }

  private static Map<String, String> parse(byte[] bytes) {
    JsonNode map = StrictJson.object("index", bytes).path(WEIGHT_MAP);
    Map<String, String> shardOf = StrictJson.texts(WEIGHT_MAP, map);
    Set<String> shards = new LinkedHashSet<>(shardOf.values());
    for (String shard : shards) {
      // An index must not make its reader open any file that its author likes.
      if (!shard.matches("[A-Za-z0-9_][A-Za-z0-9_.+-]*")) {
        throw new BadInputException(
            WEIGHT_MAP + ": expected the names of files beside the index, found '" + shard + "'");
      }
    }
    if (shards.isEmpty()) {
      throw new BadInputException(WEIGHT_MAP + ": expected tensors, found none");
    }
    return shardOf;
  }

  private static void requireListed(
      Path shard, String tensor, String name, Map<String, String> shardOf) {
    String listed = shardOf.get(tensor);
    if (!name.equals(listed)) {
      throw new BadInputException(
          shard
              + ": expected only tensors that the index lists for it, found '"
              + tensor
              + "'"
              + (listed == null ? "" : ", listed for " + listed));
    }
  }
}
