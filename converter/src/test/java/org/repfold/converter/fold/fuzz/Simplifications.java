package org.repfold.converter.fold.fuzz;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** The graphs that are a little simpler than a given one; some of them cannot be made. */
final class Simplifications {
  private final Graph graph;

  private Simplifications(Graph graph) {
    this.graph = graph;
  }

  static Stream<Supplier<Graph>> of(Graph graph) {
    Simplifications simplifications = new Simplifications(graph);
    return Stream.of(
            simplifications.outputs(),
            simplifications.bypasses(),
            simplifications.cuts(),
            simplifications.sizes(),
            simplifications.operators(),
            simplifications.numbers())
        .flatMap(stream -> stream);
  }

  /** One value alone as the output, the earliest first; then one output less. */
  private Stream<Supplier<Graph>> outputs() {
    List<Supplier<Graph>> candidates = new ArrayList<>();
    for (Node node : graph.nodes()) {
      candidates.add(() -> trimmed(graph.inputs(), graph.nodes(), List.of(node.name())));
    }
    for (String output : graph.outputs()) {
      List<String> others = new ArrayList<>(graph.outputs());
      others.remove(output);
      if (!others.isEmpty()) {
        candidates.add(() -> trimmed(graph.inputs(), graph.nodes(), others));
      }
    }
    return candidates.stream();
  }

  /** An operand, or another input, in place of a value of its shape. */
  private Stream<Supplier<Graph>> bypasses() {
    List<Supplier<Graph>> candidates = new ArrayList<>();
    for (Node node : graph.nodes()) {
      for (String operand : node.inputs()) {
        if (graph.shape(operand).equals(graph.shape(node.name()))) {
          candidates.add(() -> replaced(node.name(), operand));
        }
      }
    }
    for (Input input : graph.inputs()) {
      for (Input other : graph.inputs()) {
        if (!input.equals(other) && input.shape().equals(other.shape())) {
          candidates.add(() -> replaced(input.name(), other.name()));
        }
      }
    }
    return candidates.stream();
  }

  /** An input in place of a node. */
  private Stream<Supplier<Graph>> cuts() {
    return graph.nodes().stream()
        .filter(node -> !(node.operator() instanceof Operator.Constant))
        .map(
            node ->
                () -> {
                  List<Input> inputs = new ArrayList<>(graph.inputs());
                  inputs.add(new Input(node.name(), graph.shape(node.name())));
                  List<Node> nodes = new ArrayList<>(graph.nodes());
                  nodes.remove(node);
                  return trimmed(inputs, nodes, graph.outputs());
                });
  }

  /** A smaller number in place of a size, wherever it stands, alone or as a factor. */
  private Stream<Supplier<Graph>> sizes() {
    return graph.shapes().values().stream()
        .flatMapToLong(shape -> LongStream.of(shape.toArray()))
        .filter(size -> size > 1)
        .distinct()
        .sorted()
        .boxed()
        .flatMap(
            size ->
                Stream.of(1L, size / 2, size - 1)
                    .distinct()
                    .flatMap(
                        smaller ->
                            Stream.<Supplier<Graph>>of(
                                () -> Resized.graph(graph, d -> d == size ? smaller : d),
                                () ->
                                    Resized.graph(
                                        graph,
                                        d -> d > 0 && d % size == 0 ? d / size * smaller : d))));
  }

  private Stream<Supplier<Graph>> operators() {
    return graph.nodes().stream()
        .flatMap(
            node ->
                PlainerOperators.of(node.operator()).stream()
                    .map(operator -> () -> with(node.withOperator(operator))));
  }

  /** Whole numbers, ones and zeros in place of a tensor's elements: of all, then of one. */
  private Stream<Supplier<Graph>> numbers() {
    Set<Tensor> tensors = java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    graph.nodes().forEach(node -> tensors.addAll(node.operator().parameters().values()));
    Stream<Supplier<Graph>> whole =
        tensors.stream()
            .flatMap(
                tensor ->
                    PlainerOperators.plainer(tensor).map(plain -> () -> exchanged(tensor, plain)));
    return whole;
  }

  private Graph exchanged(Tensor old, Tensor now) {
    return graph.mapOperators(
        operator -> operator.mapParameters(tensor -> tensor == old ? now : tensor));
  }

  private Graph with(Node changed) {
    return Graph.of(
        graph.inputs(),
        graph.nodes().stream().map(n -> n.name().equals(changed.name()) ? changed : n).toList(),
        graph.outputs());
  }

  private Graph replaced(String value, String by) {
    UnaryOperator<String> name = old -> old.equals(value) ? by : old;
    return trimmed(
        graph.inputs(),
        graph.nodes().stream()
            .filter(node -> !node.name().equals(value))
            .map(node -> node.withInputs(node.inputs().stream().map(name).toList()))
            .toList(),
        graph.outputs().stream().map(name).distinct().toList());
  }

  /** A graph without the nodes and inputs that its outputs do not need. */
  private static Graph trimmed(List<Input> inputs, Iterable<Node> nodes, List<String> outputs) {
    Map<String, Node> byName = new HashMap<>();
    nodes.forEach(node -> byName.put(node.name(), node));
    Set<String> needed = new HashSet<>();
    List<String> open = new ArrayList<>(outputs);
    while (!open.isEmpty()) {
      String name = open.remove(open.size() - 1);
      if (needed.add(name) && byName.containsKey(name)) {
        open.addAll(byName.get(name).inputs());
      }
    }
    List<Node> live = new ArrayList<>();
    nodes.forEach(node -> live.add(node));
    live.removeIf(node -> !needed.contains(node.name()));
    return Graph.of(
        inputs.stream().filter(input -> needed.contains(input.name())).toList(), live, outputs);
  }

  /** A shape with each size changed. */
  static Shape map(Shape shape, java.util.function.LongUnaryOperator change) {
    return Shape.of(LongStream.of(shape.toArray()).map(change).toArray());
  }
}
