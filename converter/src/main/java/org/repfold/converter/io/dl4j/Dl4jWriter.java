package org.repfold.converter.io.dl4j;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Node;
import org.repfold.graph.Shape;

/**
 * Writes a graph of operators as a DL4J {@code ComputationGraph}, of DL4J's own layers and those of
 * {@code org.repfold.converter.io.dl4j.layers}. Each vertex goes by the name of the value that it
 * computes. A vertex of the source none of whose nodes has changed is written back as it was.
 */
public final class Dl4jWriter {
  private Dl4jWriter() {}

  /** As {@link #toComputationGraph(Graph, Optional, ElementType)}, without source, in float32. */
  public static ComputationGraph toComputationGraph(Graph graph) {
    return toComputationGraph(graph, Optional.empty(), ElementType.FLOAT32);
  }

  /** As {@link #toComputationGraph(Graph, Optional, ElementType)}, in float32. */
  public static ComputationGraph toComputationGraph(Graph graph, Dl4jGraph source) {
    return toComputationGraph(graph, Optional.of(source), ElementType.FLOAT32);
  }

  /**
   * A DL4J graph that computes the same.
   *
   * @param source the DL4J graph from which {@code graph} was made
   * @param type of parameters and computation; parameters of another are rounded to it
   * @throws org.repfold.graph.BadInputException naming the node that DL4J has no counterpart for
   */
  public static ComputationGraph toComputationGraph(
      Graph graph, Optional<Dl4jGraph> source, ElementType type) {
    NetworkOutputs outputs = new NetworkOutputs(graph, source);
    List<PlannedVertex> plan = plan(graph, source, outputs.losses());
    List<String> outputVertices = outputs.complete(plan);
    ComputationGraphConfiguration configuration = configuration(graph, plan, outputVertices, type);
    long parameters =
        configuration.getVertices().values().stream().mapToLong(v -> v.numParams(true)).sum();
    ComputationGraph result = new ComputationGraph(configuration);
    result.init(
        parameters == 0 ? null : Nd4j.create(configuration.getDataType(), 1, parameters), false);
    for (PlannedVertex vertex : plan) {
      Map<String, INDArray> table = result.getVertex(vertex.name()).paramTable(false);
      if (table != null) {
        vertex.parameters().accept(table);
      }
    }
    return result;
  }

  /**
   * Writes a DL4J graph as a zip that {@code ComputationGraph.load(file, false)} reads. The same
   * graph gives the same bytes. The zip appears whole or not at all.
   *
   * @param inputs whose shapes the zip is to state
   * @param metadata free text for the zip to state
   * @param force whether to replace an existing file
   * @throws org.repfold.graph.BadInputException if the file cannot be written
   */
  public static void write(
      ComputationGraph graph,
      List<Input> inputs,
      Map<String, String> metadata,
      Path file,
      boolean force) {
    Dl4jZipWriter.write(graph, inputs, metadata, file, force);
  }

  /** Writes {@link #toComputationGraph(Graph, Dl4jGraph)}, in the place of an older file. */
  public static void write(Graph graph, Dl4jGraph source, Path file) {
    write(toComputationGraph(graph, source), graph.inputs(), graph.metadata(), file, true);
  }

  /** Writes {@link #toComputationGraph(Graph)}, in the place of an older file. */
  public static void write(Graph graph, Path file) {
    write(toComputationGraph(graph), graph.inputs(), graph.metadata(), file, true);
  }

  private static List<PlannedVertex> plan(
      Graph graph, Optional<Dl4jGraph> source, Map<String, ILossFunction> losses) {
    Set<String> needed = needed(graph);
    List<PlannedVertex> kept = new ArrayList<>();
    Set<String> covered = new HashSet<>();
    source.ifPresent(
        original -> {
          UnchangedVertices unchanged = new UnchangedVertices(original, graph);
          original
              .vertexNodes()
              .forEach(
                  (vertex, nodes) -> {
                    Optional<PlannedVertex> same =
                        needed.contains(vertex) ? unchanged.find(vertex) : Optional.empty();
                    same.ifPresent(planned -> covered.addAll(nodes));
                    same.ifPresent(kept::add);
                  });
        });
    return new VertexPlanner(new VertexPlan(graph, needed, covered, kept), losses).plan();
  }

  private static Set<String> needed(Graph graph) {
    Set<String> needed = new HashSet<>(graph.outputs());
    List<Node> backwards = new ArrayList<>(graph.nodes());
    Collections.reverse(backwards);
    for (Node node : backwards) {
      if (needed.contains(node.name())) {
        needed.addAll(node.inputs());
      }
    }
    return needed;
  }

  private static ComputationGraphConfiguration configuration(
      Graph graph, List<PlannedVertex> plan, List<String> outputs, ElementType type) {
    ComputationGraphConfiguration.GraphBuilder builder =
        new NeuralNetConfiguration.Builder()
            .seed(0)
            .dataType(type == ElementType.FLOAT64 ? DataType.DOUBLE : DataType.FLOAT)
            .graphBuilder()
            .validateOutputLayerConfig(false)
            .allowDisconnected(true)
            .addInputs(graph.inputs().stream().map(Input::name).toList());
    for (PlannedVertex vertex : plan) {
      String[] inputs = vertex.inputs().toArray(String[]::new);
      if (vertex.configuration() instanceof PlannedVertex.OfLayer layer) {
        builder.addLayer(vertex.name(), layer.layer(), statedInput(graph, inputs[0]), inputs);
      } else if (vertex.configuration() instanceof PlannedVertex.OfVertex whole) {
        builder.addVertex(vertex.name(), whole.vertex(), inputs);
      }
    }
    ComputationGraphConfiguration configuration =
        builder.setOutputs(outputs.toArray(String[]::new)).build();
    DataType dataType = configuration.getDataType();
    configuration.getVertices().values().forEach(vertex -> vertex.setDataType(dataType));
    return configuration;
  }

  /** Lets maps pass, and keeps their size in the configuration; null where none enters here. */
  private static InputPreProcessor statedInput(Graph graph, String value) {
    Optional<Shape> map =
        graph.inputs().stream()
            .filter(input -> input.name().equals(value))
            .map(Input::shape)
            .filter(shape -> shape.rank() == 4)
            .findFirst();
    return map.map(
            shape ->
                new FeedForwardToCnnPreProcessor(
                    shape.dimension(2), shape.dimension(3), shape.dimension(1)))
        .orElse(null);
  }
}
