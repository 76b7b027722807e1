package org.repfold.zoo.catalog;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.zoo.ConfigurationJson;
import org.repfold.zoo.Family;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Initialization;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.StateDict;

/**
 * A network of the zoo: its name and its configuration.
 *
 * @param name a published name, or the file that holds the configuration
 * @param family what kind of network it is
 * @param configuration everything that determines the network
 */
public record Architecture(String name, Family family, NetworkConfiguration configuration) {

  /**
   * The architecture of a published name; or of a JSON file, whose name ends so, as {@link
   * ConfigurationJson} reads it.
   *
   * @throws BadInputException if the name is unknown, listing the known ones; or the file is
   *     missing or wrong, naming what is wrong in it
   */
  public static Architecture find(String nameOrFile) {
    if (!nameOrFile.endsWith(".json")) {
      return Families.named(nameOrFile);
    }
    ConfigurationJson.Member member = ConfigurationJson.read(Path.of(nameOrFile), Families.all());
    return new Architecture(nameOrFile, member.family(), member.configuration());
  }

  /** The same network, its modules named as those of the tensors. */
  public Architecture named(Set<String> tensors) {
    return new Architecture(name, family, family.named(configuration, tensors));
  }

  /** The same network with other numbers of blocks. */
  Architecture withBlocks(List<Integer> blocks) {
    return new Architecture(name, family, configuration.withBlocks(blocks));
  }

  /** The train form, its weights at their initial values. */
  public ComputationGraph build(GraphOptions options) {
    return Initialization.initialize(
        configuration.graph(Form.TRAIN, options), family.weights(), options.seed());
  }

  /** What its own PyTorch code deploys. */
  public OfficialForm officialForm() {
    List<FoldRule> folds = family.officialFolds();
    Form form = folds.isEmpty() ? Form.TRAIN : Form.DEPLOY;
    return new OfficialForm(folds, OfficialTensors.of(configuration, form));
  }

  /** What {@link #find} reads from a JSON file. */
  public String toJson() {
    return ConfigurationJson.write(family.name(), configuration);
  }

  /**
   * A form of the network with these weights.
   *
   * @param tensors by their official names, in PyTorch's layouts
   * @throws BadInputException listing every missing, unexpected and mis-shaped tensor, or naming a
   *     buffer that holds something else than the network computes with
   */
  public Graph graph(Form form, Map<String, Tensor> tensors) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    tensors.forEach((tensor, values) -> shapes.put(tensor, values.shape()));
    OfficialTensors.require(
        name + " (" + form.name().toLowerCase(Locale.ROOT) + " form)",
        OfficialTensors.of(configuration, form),
        shapes);
    OfficialTensors.requireBuffers(
        OfficialTensors.buffers(configuration.graph(form, GraphOptions.inference(DataType.FLOAT))),
        tensor -> tensors.get(tensor).toDoubles());
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
    ComputationGraphConfiguration network =
        configuration.graph(
            form, GraphOptions.inference(isDouble ? DataType.DOUBLE : DataType.FLOAT));
    ElementType type = isDouble ? ElementType.FLOAT64 : ElementType.FLOAT32;
    Map<String, Tensor> parameters = new LinkedHashMap<>(tensors);
    parameters.keySet().removeIf(OfficialTensors::isIgnored);
    parameters.replaceAll((tensor, values) -> values.to(type));
    return new Dl4jReader().read(network, StateDict.parameters(network, parameters));
  }
}
