package org.repfold.converter.verify.certificate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.repfold.converter.fold.Match;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphView;
import org.repfold.graph.Input;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * Both sides of a fold as graphs of their own, with as many of the nodes before it as are needed: a
 * fold may rest on how the values that it takes are related, such as a map and the same map
 * flattened.
 */
final class Neighbourhood {
  private final GraphView graph;
  private final Match.Replacement fold;
  private final List<Node> consumed;
  private final Map<String, Node> context = new LinkedHashMap<>();

  /**
   * @param graph the network without the fold
   */
  Neighbourhood(GraphView graph, Match.Replacement fold) {
    this.graph = graph;
    this.fold = fold;
    this.consumed = fold.consumed().stream().map(name -> graph.find(name).orElseThrow()).toList();
  }

  /** The side that the fold takes away, behind the nodes taken in so far. */
  Graph before() {
    List<Node> nodes = new ArrayList<>(context.values());
    nodes.addAll(consumed);
    return graph(nodes, fold.values().keySet().stream().sorted().toList());
  }

  /** The side that the fold puts in place, of the same inputs and outputs. */
  Graph after() {
    List<String> outputs =
        fold.values().keySet().stream().sorted().map(fold.values()::get).toList();
    return graph(newSide(), outputs);
  }

  private List<Node> newSide() {
    List<Node> nodes = new ArrayList<>();
    for (Node node : context.values()) {
      nodes.add(
          node.withInputs(
              node.inputs().stream().map(i -> fold.values().getOrDefault(i, i)).toList()));
    }
    nodes.addAll(fold.produced());
    return nodes;
  }

  private Graph graph(List<Node> side, List<String> outputs) {
    List<Input> inputs = new ArrayList<>();
    Map<String, Node> nodes = new LinkedHashMap<>();
    side.forEach(node -> nodes.put(node.name(), node));
    Set<String> used = new HashSet<>(outputs);
    side.forEach(node -> used.addAll(node.inputs()));
    for (String value : outside()) {
      if (!isConstant(value)) {
        inputs.add(new Input(value, graph.shape(value)));
      } else if (used.contains(value)) {
        dependencies(value)
            .forEach(name -> nodes.putIfAbsent(name, graph.find(name).orElseThrow()));
      }
    }
    return Graph.of(inputs, nodes.values(), outputs);
  }

  /** The values that either side takes from the nodes before it. */
  private Set<String> outside() {
    Set<String> outside = new LinkedHashSet<>();
    List<Node> oldSide = new ArrayList<>(context.values());
    oldSide.addAll(consumed);
    for (List<Node> side : List.of(oldSide, newSide())) {
      Set<String> made = side.stream().map(Node::name).collect(Collectors.toSet());
      side.stream()
          .flatMap(node -> node.inputs().stream())
          .filter(value -> !made.contains(value))
          .forEach(outside::add);
    }
    return outside;
  }

  /** Whether a value depends on constants alone, whether it has been computed or not. */
  private boolean isConstant(String value) {
    return dependencies(value).stream().noneMatch(graph::isInput);
  }

  /**
   * Takes in one more node before each input that depends on something that another input depends
   * on too.
   *
   * @return whether there was one
   */
  boolean extend() {
    List<String> inputs = outside().stream().filter(value -> !isConstant(value)).toList();
    List<Set<String>> origins = inputs.stream().map(this::origins).toList();
    Collection<Node> nearest = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      int self = i;
      boolean isRelated =
          origins.stream()
              .filter(other -> other != origins.get(self))
              .anyMatch(other -> other.stream().anyMatch(origins.get(self)::contains));
      if (isRelated) {
        graph.find(inputs.get(i)).ifPresent(nearest::add);
      }
    }
    nearest.forEach(node -> context.put(node.name(), node));
    return !nearest.isEmpty();
  }

  /** All values that a value depends on, itself included, constants left out. */
  private Set<String> origins(String value) {
    Set<String> origins = dependencies(value);
    origins.removeIf(name -> graph.find(name, Operator.Constant.class).isPresent());
    return origins;
  }

  /** All values that a value depends on, itself included. */
  private Set<String> dependencies(String value) {
    Set<String> dependencies = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(List.of(value));
    while (!open.isEmpty()) {
      String name = open.pop();
      if (dependencies.add(name)) {
        graph.find(name).ifPresent(node -> node.inputs().forEach(open::push));
      }
    }
    return dependencies;
  }
}
