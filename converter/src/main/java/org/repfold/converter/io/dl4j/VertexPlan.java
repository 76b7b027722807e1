package org.repfold.converter.io.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.layers.GraphOperator;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * The vertices chosen so far for the nodes of a graph, and what those who choose need to know:
 * which nodes still want one. Not thread-safe.
 */
final class VertexPlan {
  private final Graph graph;
  private final Set<String> needed;
  private final Set<String> covered;
  private final List<PlannedVertex> vertices = new ArrayList<>();

  /**
   * A plan.
   *
   * @param needed the nodes that lead to an output
   * @param covered the nodes that {@code kept} compute already
   * @param kept vertices that stand already
   */
  VertexPlan(Graph graph, Set<String> needed, Set<String> covered, List<PlannedVertex> kept) {
    this.graph = graph;
    this.needed = needed;
    this.covered = new HashSet<>(covered);
    vertices.addAll(kept);
  }

  Graph graph() {
    return graph;
  }

  Shape shape(String value) {
    return graph.shape(value);
  }

  /** The wanted name for a vertex that computes no value of the graph. */
  String freshName(String wanted) {
    return graph.freshName(wanted);
  }

  /** Whether an output needs the node, and no vertex computes it yet. */
  boolean isFree(Node node) {
    return needed.contains(node.name()) && !covered.contains(node.name());
  }

  /** The one node that takes the value, where no vertex computes it yet. */
  Optional<Node> next(String value) {
    return graph.hasSingleUse(value)
        ? Optional.of(graph.consumers(value).get(0)).filter(this::isFree)
        : Optional.empty();
  }

  <T extends Operator> Optional<Node> next(String value, Class<T> type) {
    return next(value).filter(node -> type.isInstance(node.operator()));
  }

  /** States that a vertex computes the node, inside it or as its value. */
  void cover(Node node) {
    covered.add(node.name());
  }

  void add(PlannedVertex vertex) {
    vertices.add(vertex);
  }

  /** Adds a vertex that computes {@code value} of the given values. */
  void add(String value, GraphVertex vertex, List<String> inputs) {
    vertices.add(PlannedVertex.of(value, vertex, inputs));
  }

  /** Adds a layer without parameters. */
  void add(String value, Layer layer, String input) {
    vertices.add(PlannedVertex.of(value, layer, input, table -> {}));
  }

  void add(String value, LayerFactory.Part<?> part, String input) {
    vertices.add(PlannedVertex.of(value, part.layer(), input, part.parameters()));
  }

  /** Adds a layer that computes {@code value}, and the activation after it where there is one. */
  void addActivated(String value, LayerFactory.Part<?> part, String input) {
    add(absorbActivation(value, part.layer()), part, input);
  }

  /**
   * Lets a layer that computes {@code value} apply the activation after it, where there is one.
   *
   * @return the value that the layer computes then
   */
  String absorbActivation(String value, BaseLayer layer) {
    Optional<Node> next = next(value);
    Optional<IActivation> activation =
        next.flatMap(node -> ActivationFunctions.of(node.operator(), graph.shape(value)));
    if (activation.isEmpty()) {
      return value;
    }
    layer.setActivationFn(activation.get());
    cover(next.get());
    return next.get().name();
  }

  /**
   * Adds the general vertex, which computes any operator that takes a value that varies.
   *
   * @throws BadInputException naming the node, if it takes none
   */
  void addOperator(Node node) {
    Map<Integer, Tensor> constants = new TreeMap<>();
    List<String> inputs = new ArrayList<>();
    for (int place = 0; place < node.inputs().size(); place++) {
      String input = node.inputs().get(place);
      Optional<Tensor> constant = graph.constant(input);
      if (constant.isPresent()) {
        constants.put(place, constant.get());
      } else {
        inputs.add(input);
      }
    }
    if (inputs.isEmpty()) {
      throw refused(node, "it takes constants alone");
    }
    Map<String, Tensor> parameters = GraphOperator.parameters(node.operator(), constants);
    add(
        new PlannedVertex(
            node.name(),
            inputs,
            new PlannedVertex.OfVertex(GraphOperator.of(node.operator(), constants)),
            filling(parameters)));
  }

  private static Consumer<Map<String, INDArray>> filling(Map<String, Tensor> parameters) {
    return table ->
        parameters.forEach((name, tensor) -> table.get(name).assign(PlannedVertex.array(tensor)));
  }

  /**
   * The node's input, or a copy where something else needs it: DL4J's activation layer overwrites
   * its input outside of a workspace, and always that of the network.
   */
  String expendable(Node node) {
    String input = node.input();
    if (graph.hasSingleUse(input) && graph.find(input).isPresent()) {
      return input;
    }
    String copy = freshName(node.name() + "/copy");
    add(copy, new ElementWiseVertex(ElementWiseVertex.Op.Add), List.of(input));
    return copy;
  }

  static BadInputException refused(Node node, String reason) {
    return new BadInputException(
        "node '%s' (%s): %s, so it cannot be written as DL4J"
            .formatted(node.name(), node.operator().type(), reason));
  }

  /** The vertices, each after those whose values it takes. */
  List<PlannedVertex> inOrder() {
    Map<String, PlannedVertex> byName = new HashMap<>();
    vertices.forEach(vertex -> byName.put(vertex.name(), vertex));
    List<PlannedVertex> ordered = new ArrayList<>();
    Set<String> added = new HashSet<>();
    for (Node node : graph.nodes()) {
      PlannedVertex vertex = byName.get(node.name());
      if (vertex != null) {
        addAfterInputs(vertex, byName, added, ordered);
      }
    }
    return ordered;
  }

  private static void addAfterInputs(
      PlannedVertex vertex,
      Map<String, PlannedVertex> byName,
      Set<String> added,
      List<PlannedVertex> ordered) {
    if (added.add(vertex.name())) {
      for (String input : vertex.inputs()) {
        if (byName.containsKey(input)) {
          addAfterInputs(byName.get(input), byName, added, ordered);
        }
      }
      ordered.add(vertex);
    }
  }
}
