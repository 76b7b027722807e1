package org.repfold.converter.io.dl4j;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphValidator;
import org.repfold.graph.Input;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Reads a DL4J {@code ComputationGraph} or {@code MultiLayerNetwork}, from a {@code
 * ModelSerializer} zip or from memory, as a graph of operators that computes its {@code output}
 * (inference: no dropout, no masks).
 *
 * <p>A vertex that no operators compute exactly becomes an unknown operator with an {@link
 * OpaqueVertex} for its body.
 *
 * <p>Maps that DL4J lays out channels last, and time series, are maps {@code [N, C, H, W]} in the
 * graph (H being 1 for a time series). They are rearranged where they enter or leave the network or
 * an unknown operator, and nowhere else.
 *
 * <p>The last node of each vertex carries the vertex's name, the others {@code vertex/suffix}.
 * Parameters keep the source's type: float64 where the DL4J graph is DOUBLE, else float32, apart
 * from a variance that DL4J stores as a logarithm, which is float64 so that nothing is rounded.
 *
 * <p>DL4J forgets the type of its inputs when a graph is built. The reader finds it in the zip,
 * where Repfold's writer states it, in a preprocessor at the input (such as {@code
 * FeedForwardToCnnPreProcessor}, which lets maps pass), or from the layers, where one square map
 * alone fits them; else it must be given. The number of time steps is part of it.
 */
public final class Dl4jReader {
  private final Set<String> allowedClasses;

  /** Loads from files only classes of DL4J, ND4J and Repfold. */
  public Dl4jReader() {
    this(Set.of());
  }

  /**
   * Also loads the given classes.
   *
   * @param allowedClasses full names of layers, vertices and activations of one's own
   */
  public Dl4jReader(Set<String> allowedClasses) {
    this.allowedClasses = Set.copyOf(allowedClasses);
  }

  /**
   * Reads a zip file. The updater's state is not loaded, and no class outside the allowed ones.
   *
   * @param inputTypes the types of the network inputs, in order; none to find them
   * @throws BadInputException in one line, starting with the file, if the file is not such a zip or
   *     is damaged, or as {@link #read(ComputationGraph, InputType...)}
   */
  public Dl4jGraph read(Path file, InputType... inputTypes) {
    return read(file, content -> stated(content.graph(), inputTypes, content.inputs()));
  }

  /**
   * As {@link #read(Path, InputType...)}, with shapes of inputs stated.
   *
   * @param inputShapes by input, in DL4J's layout, the batch {@link Shape#UNKNOWN}; none for those
   *     that are to be found
   * @throws BadInputException as {@link #read(Path, InputType...)}, or if there is no such input
   */
  public Dl4jGraph read(Path file, Map<String, Shape> inputShapes) {
    return read(
        file,
        content -> {
          List<String> names = content.graph().getConfiguration().getNetworkInputs();
          if (!names.containsAll(inputShapes.keySet())) {
            throw new BadInputException(
                "expected shapes for the inputs " + names + ", found " + inputShapes.keySet());
          }
          Map<String, Shape> shapes = new HashMap<>(content.inputs());
          shapes.putAll(inputShapes);
          return shapes;
        });
  }

  private Dl4jGraph read(Path file, Function<Dl4jZip.Content, Map<String, Shape>> stated) {
    try {
      Dl4jZip.Content content = Dl4jZip.read(file, allowedClasses);
      Dl4jGraph result = read(content.graph(), stated.apply(content));
      return new Dl4jGraph(
          result.graph().withMetadata(content.metadata()),
          result.vertexNodes(),
          result.values(),
          result.rearranged(),
          result.source());
    } catch (BadInputException e) {
      throw new BadInputException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads an initialised graph, which stays as it is.
   *
   * @param inputTypes the types of the network inputs, in order; none to find them
   * @throws BadInputException naming the vertex, if its inputs' shapes do not fit or DL4J itself
   *     cannot compute it, or a parameter is not finite or a variance negative
   */
  public Dl4jGraph read(ComputationGraph source, InputType... inputTypes) {
    return read(source, stated(source, inputTypes, Map.of()));
  }

  /**
   * As {@link #read(ComputationGraph, InputType...)}. The result's source is a graph of the same
   * layers, whose input is named {@code input}.
   *
   * @param inputType the type of the network's input; none to find it
   */
  public Dl4jGraph read(MultiLayerNetwork source, InputType... inputType) {
    return read(LayerSequence.toGraph(source), inputType);
  }

  /**
   * As {@link #read(ComputationGraph, InputType...)}, with the inputs' shapes stated.
   *
   * @param inputs one for each network input, by its name
   */
  public Dl4jGraph read(ComputationGraph source, List<Input> inputs) {
    Map<String, Shape> shapes = new HashMap<>();
    inputs.forEach(input -> shapes.put(input.name(), input.shape()));
    return read(source, shapes);
  }

  private static Map<String, Shape> stated(
      ComputationGraph source, InputType[] inputTypes, Map<String, Shape> otherwise) {
    if (inputTypes.length == 0) {
      return otherwise;
    }
    List<String> names = source.getConfiguration().getNetworkInputs();
    if (inputTypes.length != names.size()) {
      throw new BadInputException(
          "expected types for the inputs " + names + ", found " + inputTypes.length + " types");
    }
    Map<String, Shape> shapes = new HashMap<>();
    for (int i = 0; i < inputTypes.length; i++) {
      shapes.put(names.get(i), InputShapes.of(names.get(i), inputTypes[i]));
    }
    return shapes;
  }

  /**
   * Reads a network that no DL4J graph has been made of: its parameters are tensors already, and
   * stay where they are as far as DL4J's layouts are the graph's.
   *
   * @param parameters by vertex and DL4J's key, in DL4J's shape, of the type that the configuration
   *     states; those of Repfold's own layers in any shape of the same elements
   * @throws BadInputException as {@link #read(ComputationGraph, InputType...)}
   */
  public Graph read(
      ComputationGraphConfiguration configuration, Map<String, Map<String, Tensor>> parameters) {
    return described(configuration, new Parameters(parameters), Map.of()).graph();
  }

  private static Dl4jGraph read(ComputationGraph source, Map<String, Shape> stated) {
    return described(source.getConfiguration(), Parameters.of(source), stated).of(source);
  }

  private static Description described(
      ComputationGraphConfiguration configuration,
      Parameters parameters,
      Map<String, Shape> stated) {
    DataType type = configuration.getDataType();
    Map<String, Shape> inputs =
        InputShapes.complete(
            configuration,
            stated,
            shapes -> build(configuration, parameters, shapes, new OpaqueVertices(type, false)));
    Description result = build(configuration, parameters, inputs, new OpaqueVertices(type, true));
    GraphValidator.validate(result.graph());
    return result;
  }

  private static Description build(
      ComputationGraphConfiguration configuration,
      Parameters parameters,
      Map<String, Shape> inputShapes,
      OpaqueVertices unknown) {
    List<String> outputNames = configuration.getNetworkOutputs();
    Values values = new Values();
    configuration.getNetworkInputs().forEach(name -> values.addInput(name, inputShapes.get(name)));
    Map<String, List<String>> vertexNodes = new LinkedHashMap<>();
    for (String name : vertices(configuration)) {
      vertexNodes.put(name, nodes(name, configuration, parameters, unknown, values));
    }
    List<String> outputs = outputNames.stream().map(values::of).map(values::plain).toList();
    List<Input> inputs =
        configuration.getNetworkInputs().stream()
            .map(name -> new Input(name, inputShapes.get(name)))
            .toList();
    return new Description(Graph.of(inputs, values.nodes(), outputs), vertexNodes, values);
  }

  /** The vertices in the order in which DL4J computes them, without the inputs. */
  private static List<String> vertices(ComputationGraphConfiguration configuration) {
    ComputationGraph notAllocated = new ComputationGraph(configuration);
    Map<Integer, String> names = notAllocated.calculateIndices().getIdxToName();
    return Arrays.stream(notAllocated.topologicalSortOrder())
        .mapToObj(names::get)
        .filter(name -> !configuration.getNetworkInputs().contains(name))
        .toList();
  }

  /** What a configuration's vertices stand for. */
  private record Description(Graph graph, Map<String, List<String>> vertexNodes, Values values) {
    Dl4jGraph of(ComputationGraph source) {
      return new Dl4jGraph(graph, vertexNodes, values.names(), values.rearranged(), source);
    }
  }

  /** DL4J checks little of a configuration: what its own builders always set may be missing. */
  private static List<String> nodes(
      String name,
      ComputationGraphConfiguration configuration,
      Parameters parameters,
      OpaqueVertices unknown,
      Values values) {
    try {
      List<Value> operands =
          configuration.getVertexInputs().get(name).stream().map(values::of).toList();
      VertexBuilder builder =
          new VertexBuilder(
              name, operands, parameters.of(name), values, configuration.getDataType());
      Value result = unknown.describe(builder, configuration.getVertices().get(name));
      return builder.finish(result, configuration.getNetworkOutputs().contains(name));
    } catch (BadInputException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new BadInputException(
          "vertex '%s': expected a complete configuration, found one that fails: %s"
              .formatted(name, Dl4jZip.rootLine(e)),
          e);
    }
  }
}
