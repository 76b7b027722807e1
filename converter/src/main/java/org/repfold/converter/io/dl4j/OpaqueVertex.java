package org.repfold.converter.io.dl4j;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.repfold.converter.execute.ExecutableBody;
import org.repfold.converter.execute.NdArrays;
import org.repfold.graph.ElementType;
import org.repfold.graph.Tensor;

/**
 * A DL4J vertex that the graph carries as it is. DL4J itself computes it, in inference, as a graph
 * of that vertex alone. Thread-safe.
 */
public final class OpaqueVertex implements ExecutableBody {
  private final String name;
  private final GraphVertex configuration;
  private final Map<String, Tensor> parameters;
  private final DataType sourceType;
  private boolean computesFloat64 = true;
  private final Map<ElementType, ComputationGraph> graphs = new EnumMap<>(ElementType.class);

  /**
   * A vertex.
   *
   * @param name its name in the DL4J graph, which DL4J's layers hold too
   * @param configuration with all sizes set; copied
   * @param parameters by DL4J's keys, in DL4J's shapes
   * @param sourceType of the DL4J graph
   */
  OpaqueVertex(
      String name, GraphVertex configuration, Map<String, Tensor> parameters, DataType sourceType) {
    this.sourceType = sourceType;
    this.name = name;
    this.configuration = configuration.clone();
    this.parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /** A copy of the vertex's configuration, a preprocessor that it has included. */
  public GraphVertex configuration() {
    return configuration.clone();
  }

  /** The vertex's parameters by DL4J's keys, in DL4J's shapes. */
  @Override
  public Map<String, Tensor> parameters() {
    return parameters;
  }

  @Override
  public OpaqueVertex mapParameters(UnaryOperator<Tensor> change) {
    Map<String, Tensor> changed = new LinkedHashMap<>();
    parameters.forEach((key, tensor) -> changed.put(key, change.apply(tensor)));
    return new OpaqueVertex(name, configuration, changed, sourceType);
  }

  /** Writes the parameters into those of a vertex of this configuration. */
  void fill(Map<String, INDArray> table) {
    parameters.forEach((key, tensor) -> table.get(key).assign(PlannedVertex.array(tensor)));
  }

  /** As the interface says; in float32 where DL4J fails in float64 and the source is of float32. */
  @Override
  public synchronized INDArray execute(List<INDArray> inputs, ElementType type) {
    if (type != ElementType.FLOAT64 || sourceType == DataType.DOUBLE) {
      return run(inputs, type);
    } else if (computesFloat64) {
      try {
        return run(inputs, type);
      } catch (RuntimeException e) {
        computesFloat64 = false;
      }
    }
    return run(inputs, ElementType.FLOAT32).castTo(DataType.DOUBLE);
  }

  private INDArray run(List<INDArray> inputs, ElementType type) {
    DataType dataType = NdArrays.dataType(type);
    ComputationGraph graph =
        graphs.computeIfAbsent(type, missing -> graph(inputs.size(), dataType));
    // Copies, as some layers of DL4J overwrite their input.
    INDArray[] copies =
        inputs.stream()
            .map(input -> NdArrays.copy(input).castTo(dataType))
            .toArray(INDArray[]::new);
    return NdArrays.copy(graph.output(false, copies)[0]);
  }

  private ComputationGraph graph(int arity, DataType type) {
    List<String> inputs = IntStream.range(0, arity).mapToObj(i -> name + "/input" + i).toList();
    ComputationGraphConfiguration alone =
        new NeuralNetConfiguration.Builder()
            .dataType(type)
            .graphBuilder()
            .validateOutputLayerConfig(false)
            .addInputs(inputs)
            .addVertex(name, configuration(), inputs.toArray(String[]::new))
            .setOutputs(name)
            .build();
    GraphVertex vertex = alone.getVertices().get(name);
    vertex.setDataType(type);
    long size = vertex.numParams(true);
    ComputationGraph graph = new ComputationGraph(alone);
    graph.init(size == 0 ? null : Nd4j.create(type, 1, size), false);
    fill(graph.getVertex(name).paramTable(false));
    return graph;
  }

  /**
   * Whether both have the same parameters and the same configuration as DL4J writes it, apart from
   * names, the type of computation and the progress of training.
   */
  @Override
  public boolean equals(Object other) {
    if (this == other || !(other instanceof OpaqueVertex that)) {
      return this == other;
    }
    Optional<String> json = json();
    return json.isPresent() && json.equals(that.json()) && parameters.equals(that.parameters);
  }

  @Override
  public int hashCode() {
    return parameters.hashCode();
  }

  /** The configuration as DL4J writes it to a file; empty where it cannot. */
  private Optional<String> json() {
    GraphVertex anonymous = configuration();
    anonymous.setDataType(DataType.FLOAT);
    if (anonymous instanceof LayerVertex vertex) {
      NeuralNetConfiguration layer = vertex.getLayerConf();
      layer.setIterationCount(0);
      layer.setEpochCount(0);
      layer.clearVariables();
      layer.getLayer().setLayerName("");
      LayerOperators.unwrapped(layer.getLayer()).setLayerName("");
    }
    try {
      return Optional.of(
          NeuralNetConfiguration.mapper()
              .writerFor(GraphVertex.class)
              .writeValueAsString(anonymous));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
