package org.repfold.zoo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Collectors;
import org.repfold.graph.BadInputException;

/**
 * Configurations as JSON: an object with {@code "family": "repmlpnet"}, or the name of another
 * family, and every component of its configuration.
 */
public final class ConfigurationJson {
  private static final String FAMILY = "family";

  /** What no network has would overflow, or take the memory, before it is held against tensors. */
  private static final int LARGEST_NUMBER = 1 << 20;

  private static final int MOST_BLOCKS = 1 << 10;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

  private ConfigurationJson() {}

  /** A configuration and the family it is of. */
  public record Member(Family family, NetworkConfiguration configuration) {}

  /** What {@link #read} reads. */
  public static String write(String family, NetworkConfiguration configuration) {
    ObjectNode object = JSON.createObjectNode().put(FAMILY, family);
    object.setAll((ObjectNode) JSON.valueToTree(configuration));
    return object.toString();
  }

  /**
   * Reads a configuration of one of the families.
   *
   * @throws BadInputException in one line, starting with the file, if it is missing or wrong
   */
  public static Member read(Path file, Collection<Family> families) {
    try {
      JsonNode document = JSON.readTree(Files.readString(file));
      if (!(document instanceof ObjectNode object)) {
        throw new BadInputException(file + ": expected a JSON object");
      }
      JsonNode name = object.remove(FAMILY);
      Family family =
          families.stream()
              .filter(known -> name != null && known.name().equals(name.asText()))
              .findFirst()
              .orElseThrow(() -> unknown(file, name, families));
      object.properties().forEach(s -> requireNumbers(file, s.getKey(), s.getValue()));
      NetworkConfiguration network = JSON.treeToValue(object, family.configurationType());
      requireKnown(file, object, network);
      requireBlocks(file, network);
      return new Member(family, network);
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof BadInputException cause) {
        throw new BadInputException(file + ": " + cause.getMessage(), e);
      }
      throw new BadInputException(file + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static void requireNumbers(Path file, String setting, JsonNode value) {
    if (value.isNumber() && !(value.asDouble() <= LARGEST_NUMBER)) {
      throw new BadInputException(
          "%s: %s: expected numbers up to %d, found %s"
              .formatted(file, setting, LARGEST_NUMBER, value));
    }
    value.forEach(element -> requireNumbers(file, setting, element));
  }

  /** Jackson finds no unknown setting where a component of the record is one of several. */
  private static void requireKnown(Path file, ObjectNode object, NetworkConfiguration network) {
    JsonNode known = JSON.valueToTree(network);
    Iterable<String> names = known::fieldNames;
    Iterable<String> settings = object::fieldNames;
    for (String setting : settings) {
      if (!known.has(setting)) {
        throw new BadInputException(
            "%s: unknown setting %s; known: %s".formatted(file, setting, String.join(", ", names)));
      }
    }
  }

  private static void requireBlocks(Path file, NetworkConfiguration network) {
    long blocks = network.blocks().stream().mapToLong(Integer::longValue).sum();
    if (blocks > MOST_BLOCKS) {
      throw new BadInputException(
          "%s: blocks: expected at most %d in all stages, found %d"
              .formatted(file, MOST_BLOCKS, blocks));
    }
  }

  private static BadInputException unknown(Path file, JsonNode found, Collection<Family> families) {
    String known =
        families.stream().map(f -> "\"" + f.name() + "\"").collect(Collectors.joining(" or "));
    return new BadInputException(
        file + ": expected \"" + FAMILY + "\": " + known + ", found " + found);
  }
}
