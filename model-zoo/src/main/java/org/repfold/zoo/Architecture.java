package org.repfold.zoo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * A network of the zoo: its name and its configuration.
 *
 * @param name a published name, or the file that holds the configuration
 * @param configuration everything that determines the network
 */
public record Architecture(String name, RepMLPNetConfiguration configuration) {
  private static final String FAMILY = "repmlpnet";
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES);

  /**
   * The architecture of a published name; or of a JSON file, whose name ends so: an object with
   * {@code "family": "repmlpnet"} and every component of {@link RepMLPNetConfiguration}.
   *
   * @throws BadInputException if the name is unknown, listing the known ones; or the file is
   *     missing or wrong, naming what is wrong in it
   */
  public static Architecture find(String nameOrFile) {
    return nameOrFile.endsWith(".json")
        ? read(Path.of(nameOrFile))
        : new Architecture(nameOrFile, RepMLPNets.named(nameOrFile));
  }

  /** The train form, its weights at their initial values. */
  public ComputationGraph build(GraphOptions options) {
    return RepMLPNet.build(configuration, options);
  }

  /** What {@link #find} reads from a JSON file. */
  public String toJson() {
    ObjectNode object = JSON.createObjectNode().put("family", FAMILY);
    object.setAll((ObjectNode) JSON.valueToTree(configuration));
    return object.toString();
  }

  /**
   * A form of the network with these weights.
   *
   * @param tensors by their official names, in PyTorch's layouts
   * @throws BadInputException listing every missing, unexpected and mis-shaped tensor
   */
  Graph graph(Form form, Map<String, Tensor> tensors) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    tensors.forEach((tensor, values) -> shapes.put(tensor, values.shape()));
    OfficialTensors.require(
        name + " (" + form.name().toLowerCase(Locale.ROOT) + " form)",
        OfficialTensors.of(configuration, form),
        shapes);
    List<String> integers = new ArrayList<>();
    boolean isDouble = false;
    for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
      isDouble |= tensor.getValue().type() == ElementType.FLOAT64;
      if (tensor.getValue().type() == ElementType.INT64
          && !OfficialTensors.isIgnored(tensor.getKey())) {
        integers.add(tensor.getKey());
      }
    }
    if (!integers.isEmpty()) {
      throw new BadInputException(
          "expected floating-point numbers, found integers in " + String.join(", ", integers));
    }
    ComputationGraph network =
        new ComputationGraph(
            RepMLPNet.configuration(
                configuration,
                form,
                GraphOptions.inference(isDouble ? DataType.DOUBLE : DataType.FLOAT)));
    network.init();
    StateDict.fill(network, tensors);
    Graph graph = new Dl4jReader().read(network).graph();
    network.close();
    return graph;
  }

  private static Architecture read(Path file) {
    try {
      JsonNode document = JSON.readTree(Files.readString(file));
      if (!(document instanceof ObjectNode object)) {
        throw new BadInputException(file + ": expected a JSON object");
      }
      JsonNode family = object.remove("family");
      if (family == null || !family.asText().equals(FAMILY)) {
        throw new BadInputException(
            file + ": expected \"family\": \"" + FAMILY + "\", found " + family);
      }
      return new Architecture(
          file.toString(), JSON.treeToValue(object, RepMLPNetConfiguration.class));
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof BadInputException cause) {
        throw new BadInputException(file + ": " + cause.getMessage(), e);
      }
      throw new BadInputException(file + ": " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
