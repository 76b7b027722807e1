package org.repfold.converter.fold;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;

/**
 * A graph in the making: applies replacements in time proportional to their own size, so that
 * folding a network takes time linear in its size.
 *
 * <p>Holds the nodes that some output needs and no other, so that a dead node never counts as a use
 * of a value.
 */
final class Workspace implements GraphView {
  private final Graph origin;
  private final Set<String> outputs;
  private final Set<String> inputs = new HashSet<>();
  private final Map<String, Node> nodes = new HashMap<>();
  private final Map<String, Set<String>> consumers = new HashMap<>();
  private final Map<String, Shape> shapes;
  private final Map<String, String> equivalents = new HashMap<>();

  Workspace(Graph origin) {
    this.origin = origin;
    this.outputs = new LinkedHashSet<>(origin.outputs());
    this.shapes = new HashMap<>(origin.shapes());
    origin.inputs().forEach(input -> inputs.add(input.name()));
    DependencyOrder.of(origin, outputs).forEach(this::insert);
    shapes.keySet().forEach(name -> equivalents.put(name, name));
  }

  @Override
  public Optional<Node> find(String name) {
    return Optional.ofNullable(nodes.get(name));
  }

  @Override
  public List<Node> consumers(String value) {
    return consumers.getOrDefault(value, Set.of()).stream().map(nodes::get).toList();
  }

  /**
   * Without a list of all consumers, of which a value may have as many as the network has nodes.
   */
  @Override
  public boolean hasSingleUse(String value) {
    return consumers.getOrDefault(value, Set.of()).size() == 1
        && GraphView.super.hasSingleUse(value);
  }

  @Override
  public boolean isOutput(String value) {
    return outputs.contains(value);
  }

  @Override
  public boolean isInput(String value) {
    return inputs.contains(value);
  }

  @Override
  public Shape shape(String value) {
    return shapes.get(value);
  }

  /**
   * The names of the nodes at this moment, each after those whose values it takes, in an order that
   * follows from how they are connected alone.
   */
  List<String> names() {
    return DependencyOrder.of(this, outputs).stream().map(Node::name).toList();
  }

  /** For each value that stands for one of the original graph: the latter's name. */
  Map<String, String> equivalents() {
    return equivalents;
  }

  /** Applies a replacement that {@link #keepOutputNames} gave. */
  void apply(Match.Replacement replacement) {
    Map<String, String> stoodFor = new HashMap<>();
    Map<String, Shape> expected = new HashMap<>();
    new TreeMap<>(replacement.values())
        .forEach(
            (old, now) -> {
              expected.put(now, shapes.get(old));
              if (equivalents.containsKey(old)) {
                stoodFor.put(now, equivalents.get(old));
              }
            });
    List<Node> gone = replacement.consumed().stream().map(this::remove).toList();
    redirect(replacement.values());
    for (Node node : replacement.produced()) {
      if (nodes.containsKey(node.name())) {
        throw new IllegalStateException("a rule produced '" + node.name() + "' twice");
      }
      insert(node);
      shapes.put(node.name(), ShapeInference.shapeOf(node, shapes));
      equivalents.remove(node.name());
    }
    expected.forEach(
        (value, shape) -> {
          if (!shapes.get(value).equals(shape)) {
            throw new IllegalStateException(
                "a rule changed the shape of '"
                    + value
                    + "' from "
                    + shape
                    + " to "
                    + shapes.get(value));
          }
        });
    equivalents.putAll(stoodFor);
    removeUnused(gone);
  }

  /** The graph at this moment. */
  Graph toGraph() {
    return Graph.of(
        origin.inputs(), DependencyOrder.of(this, outputs), origin.outputs(), origin.metadata());
  }

  /** Where a value that the graph gives as an output moves to another node, names that node so. */
  Match.Replacement keepOutputNames(Match.Replacement wanted) {
    Map<String, String> renamed = new HashMap<>();
    wanted
        .values()
        .forEach(
            (old, now) -> {
              if (isOutput(old) && !old.equals(now)) {
                renamed.put(now, old);
                renamed.putIfAbsent(old, now);
              }
            });
    return renamed.isEmpty() ? wanted : rename(wanted, renamed);
  }

  private static Match.Replacement rename(Match.Replacement wanted, Map<String, String> renamed) {
    List<Node> produced =
        wanted.produced().stream()
            .map(
                node ->
                    new Node(
                        renamed.getOrDefault(node.name(), node.name()),
                        node.operator(),
                        node.inputs().stream().map(i -> renamed.getOrDefault(i, i)).toList()))
            .toList();
    Map<String, String> values = new HashMap<>(wanted.values());
    values.replaceAll((old, now) -> renamed.getOrDefault(now, now));
    return new Match.Replacement(wanted.consumed(), produced, values);
  }

  private void insert(Node node) {
    nodes.put(node.name(), node);
    node.inputs().forEach(input -> consumersOf(input).add(node.name()));
  }

  private Node remove(String name) {
    Node node = nodes.remove(name);
    if (node == null) {
      throw new IllegalStateException("a rule consumed '" + name + "', which is not in the graph");
    }
    node.inputs().forEach(input -> consumersOf(input).remove(name));
    equivalents.remove(name);
    return node;
  }

  private Set<String> consumersOf(String value) {
    return consumers.computeIfAbsent(value, key -> new LinkedHashSet<>());
  }

  /** Makes the nodes that take the given values take others instead. */
  private void redirect(Map<String, String> values) {
    SortedMap<String, Set<String>> moved = new TreeMap<>();
    values.forEach(
        (old, now) -> {
          if (!old.equals(now) && consumers.containsKey(old)) {
            moved.put(old, consumers.remove(old));
          }
        });
    Set<String> users = new LinkedHashSet<>();
    moved.forEach(
        (old, takers) -> {
          consumersOf(values.get(old)).addAll(takers);
          users.addAll(takers);
        });
    for (String user : users) {
      Node node = nodes.get(user);
      nodes.put(
          user,
          node.withInputs(
              node.inputs().stream().map(input -> values.getOrDefault(input, input)).toList()));
    }
  }

  /** Removes nodes of which these were the last to take the value, and so on before them. */
  private void removeUnused(List<Node> gone) {
    Deque<Node> open = new ArrayDeque<>(gone);
    while (!open.isEmpty()) {
      for (String value : open.pop().inputs()) {
        if (nodes.containsKey(value) && !isOutput(value) && consumersOf(value).isEmpty()) {
          open.push(remove(value));
        }
      }
    }
  }
}
