package org.repfold.converter.io.dl4j;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;

/**
 * A graph under construction, and which of its values stands for that of each DL4J vertex. A value
 * is rearranged where a taker wants another layout, and once for all its takers. Not thread-safe.
 */
final class Values {
  private final Map<String, Shape> shapes = new HashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Value> ofVertices = new LinkedHashMap<>();
  private final Map<Rearranged, String> rearranged = new HashMap<>();

  private record Rearranged(String value, Layout layout, boolean toMap) {}

  /** Adds an input of the network. */
  void addInput(String name, Shape shape) {
    shapes.put(name, shape);
    ofVertices.put(name, new Value(name));
  }

  void setValue(String vertex, Value value) {
    ofVertices.put(vertex, value);
  }

  /** What a vertex or input of that name computes. */
  Value of(String vertex) {
    return ofVertices.get(vertex);
  }

  /** For all inputs and vertices the name of the graph's value. */
  Map<String, String> names() {
    Map<String, String> names = new LinkedHashMap<>();
    ofVertices.forEach((vertex, value) -> names.put(vertex, value.name()));
    return names;
  }

  /** The vertices whose values the graph lays out in another way than DL4J. */
  Set<String> rearranged() {
    Set<String> names = new LinkedHashSet<>();
    ofVertices.forEach(
        (vertex, value) -> {
          if (value.layout() != Layout.AS_IS) {
            names.add(vertex);
          }
        });
    return names;
  }

  Shape shape(String value) {
    return shapes.get(value);
  }

  /**
   * Adds a node of that name, or of that name and a number where it is taken.
   *
   * @return the name of its value
   * @throws BadInputException if the operands' shapes do not fit the operator
   */
  String add(String name, Operator operator, String... operands) {
    String unique = name;
    for (int i = 2; shapes.containsKey(unique); i++) {
      unique = name + "_" + i;
    }
    Node node = new Node(unique, operator, operands);
    shapes.put(unique, ShapeInference.shapeOf(node, shapes));
    nodes.add(node);
    return unique;
  }

  /** The value's name as DL4J lays it out. */
  String plain(Value value) {
    return value.layout() == Layout.AS_IS
        ? value.name()
        : rearranged(new Rearranged(value.name(), value.layout(), false));
  }

  /**
   * The value's name as a map {@code [N, C, H, W]}.
   *
   * @param layout how DL4J's taker understands its axes
   * @throws BadInputException if the value has another number of axes
   */
  String map(Value value, Layout layout) {
    if (layout == value.layout()) {
      return value.name();
    }
    String plain = plain(value);
    return layout == Layout.AS_IS ? plain : rearranged(new Rearranged(plain, layout, true));
  }

  private String rearranged(Rearranged wanted) {
    String known = rearranged.get(wanted);
    if (known != null) {
      return known;
    }
    Layout layout = wanted.layout();
    Shape shape = shapes.get(wanted.value());
    String suffix = wanted.toMap() ? "nchw" : layout.name().toLowerCase(Locale.ROOT);
    String result = wanted.value();
    for (Movement step : wanted.toMap() ? layout.toMap(shape) : layout.fromMap(shape)) {
      result = add(wanted.value() + "/" + suffix, step, result);
    }
    rearranged.put(wanted, result);
    return result;
  }

  /** How many nodes there are. */
  int size() {
    return nodes.size();
  }

  /** The names of the nodes from {@code mark} on. */
  List<String> since(int mark) {
    return nodes.subList(mark, nodes.size()).stream().map(Node::name).toList();
  }

  /** Removes the nodes from {@code mark} on. */
  void reset(int mark) {
    Set<String> removed = new HashSet<>(since(mark));
    nodes.subList(mark, nodes.size()).clear();
    shapes.keySet().removeAll(removed);
    rearranged.values().removeAll(removed);
  }

  /** Renames a node that stands at {@code mark} or later. */
  void rename(String from, String to, int mark) {
    shapes.put(to, shapes.remove(from));
    nodes
        .subList(mark, nodes.size())
        .replaceAll(
            node ->
                new Node(
                    node.name().equals(from) ? to : node.name(),
                    node.operator(),
                    node.inputs().stream().map(in -> in.equals(from) ? to : in).toList()));
    Map<Rearranged, String> renamed = new HashMap<>();
    rearranged.forEach(
        (key, value) ->
            renamed.put(
                key.value().equals(from) ? new Rearranged(to, key.layout(), key.toMap()) : key,
                value.equals(from) ? to : value));
    rearranged.clear();
    rearranged.putAll(renamed);
  }

  /** The nodes of the finished graph. */
  List<Node> nodes() {
    return List.copyOf(nodes);
  }
}
