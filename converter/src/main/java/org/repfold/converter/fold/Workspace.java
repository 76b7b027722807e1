package org.repfold.converter.fold;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;

/**
 * A graph in the making: applies replacements in time proportional to their own size, so that
 * folding a network takes time linear in its size.
 */
final class Workspace implements GraphView {
  private final Graph origin;
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<String, Set<String>> consumers = new HashMap<>();
  private final Map<String, Shape> shapes;
  private final Map<String, String> equivalents = new HashMap<>();

  Workspace(Graph origin) {
    this.origin = origin;
    this.shapes = new HashMap<>(origin.shapes());
    origin.nodes().forEach(this::insert);
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

  @Override
  public boolean isOutput(String value) {
    return origin.isOutput(value);
  }

  @Override
  public boolean isInput(String value) {
    return origin.isInput(value);
  }

  @Override
  public Shape shape(String value) {
    return shapes.get(value);
  }

  /** The names of the nodes at this moment. */
  List<String> names() {
    return List.copyOf(nodes.keySet());
  }

  /** For each value that stands for one of the original graph: the latter's name. */
  Map<String, String> equivalents() {
    return equivalents;
  }

  /** Applies a replacement, the graph's outputs keeping their names; gives it as it was applied. */
  Match.Replacement apply(Match.Replacement wanted) {
    Match.Replacement replacement = keepOutputNames(wanted);
    Map<String, String> stoodFor = new HashMap<>();
    Map<String, Shape> expected = new HashMap<>();
    replacement
        .values()
        .forEach(
            (old, now) -> {
              expected.put(now, shapes.get(old));
              if (equivalents.containsKey(old)) {
                stoodFor.put(now, equivalents.get(old));
              }
            });
    replacement.consumed().forEach(this::remove);
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
    return replacement;
  }

  /** The graph at this moment, without the nodes that no output needs. */
  Graph toGraph() {
    Set<String> needed = new LinkedHashSet<>();
    List<String> open = new ArrayList<>(origin.outputs());
    while (!open.isEmpty()) {
      String name = open.remove(open.size() - 1);
      if (needed.add(name) && nodes.containsKey(name)) {
        open.addAll(nodes.get(name).inputs());
      }
    }
    List<Node> live = nodes.values().stream().filter(node -> needed.contains(node.name())).toList();
    return Graph.of(origin.inputs(), live, origin.outputs(), origin.metadata());
  }

  /** Where a value that the graph gives as an output moves to another node, names that node so. */
  private Match.Replacement keepOutputNames(Match.Replacement wanted) {
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
    node.inputs()
        .forEach(
            input ->
                consumers.computeIfAbsent(input, key -> new LinkedHashSet<>()).add(node.name()));
  }

  private void remove(String name) {
    Node node = nodes.remove(name);
    if (node == null) {
      throw new IllegalStateException("a rule consumed '" + name + "', which is not in the graph");
    }
    node.inputs().forEach(input -> consumers.get(input).remove(name));
    equivalents.remove(name);
  }

  /** Makes the nodes that take the given values take others instead. */
  private void redirect(Map<String, String> values) {
    Set<Node> users = new LinkedHashSet<>();
    values.keySet().forEach(old -> users.addAll(consumers(old)));
    for (Node user : users) {
      user.inputs().forEach(input -> consumers.get(input).remove(user.name()));
      insert(
          user.withInputs(
              user.inputs().stream().map(input -> values.getOrDefault(input, input)).toList()));
    }
  }
}
