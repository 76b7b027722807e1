package org.repfold.converter.io.dl4j;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.repfold.graph.BadInputException;

/**
 * Looks at a DL4J configuration before DL4J does: which kind it is, and that it names no class
 * outside the allowed ones. DL4J's JSON makes Jackson load whatever class it names.
 */
final class ConfigurationClasses {
  private static final Pattern KNOWN_PACKAGES =
      Pattern.compile("(org\\.deeplearning4j|org\\.nd4j|org\\.repfold)(\\.[A-Za-z_][\\w$]*)+");

  /** The kinds of networks that DL4J saves. */
  enum Kind {
    COMPUTATION_GRAPH,
    MULTI_LAYER_NETWORK
  }

  private ConfigurationClasses() {}

  /**
   * Checks the whole text.
   *
   * @return what it configures
   * @throws BadInputException in one line, if the text is not JSON, not the configuration of a
   *     network, or names another class
   */
  static Kind check(String json, Set<String> allowed) {
    Set<String> topLevel = new HashSet<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      parser.enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION);
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new BadInputException("configuration.json: expected a JSON object");
      }
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          if (parser.getParsingContext().getParent().inRoot()) {
            topLevel.add(name);
          }
          if (parser.nextToken() == JsonToken.VALUE_STRING && namesClass(name, parser.getText())) {
            requireAllowed(parser.getText(), allowed);
          }
        }
      }
    } catch (IOException e) {
      throw new BadInputException(
          "configuration.json: expected JSON, found: " + e.getMessage().lines().findFirst().get(),
          e);
    }
    if (topLevel.contains("confs")) {
      return Kind.MULTI_LAYER_NETWORK;
    }
    if (!topLevel.contains("vertices") || !topLevel.contains("networkInputs")) {
      throw new BadInputException(
          "configuration.json: expected a ComputationGraphConfiguration or a"
              + " MultiLayerConfiguration, found "
              + topLevel);
    }
    return Kind.COMPUTATION_GRAPH;
  }

  /** DL4J's distributions name their class in "type"; other uses of that name hold no dots. */
  private static boolean namesClass(String field, String value) {
    return field.equals("@class") || field.equals("type") && value.indexOf('.') >= 0;
  }

  private static void requireAllowed(String name, Set<String> allowed) {
    if (!allowed.contains(name) && !KNOWN_PACKAGES.matcher(name).matches()) {
      throw new BadInputException(
          "configuration.json: expected classes of DL4J, ND4J and Repfold alone, found '"
              + name
              + "'");
    }
  }
}
