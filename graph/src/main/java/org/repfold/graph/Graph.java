package org.repfold.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * A network as data: inputs, nodes in an order in which they can be computed, and outputs.
 * Immutable.
 *
 * <p>A constructed graph is always well-formed in structure (unique names, known inputs, no cycle,
 * right arity) and in shape; {@link GraphValidator} also looks at the parameters' values.
 */
public final class Graph implements GraphView {
  /** Longer arrays cannot be made on common virtual machines. */
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8L;

  private final List<Input> inputs;
  private final Map<String, Node> nodes;
  private final List<String> outputs;
  private final Map<String, String> metadata;
  private final Map<String, List<Node>> consumers;
  private final Map<String, Shape> shapes;

  private Graph(
      List<Input> inputs,
      Map<String, Node> nodes,
      List<String> outputs,
      Map<String, String> metadata,
      Map<String, Shape> shapes) {
    this.inputs = inputs;
    this.nodes = nodes;
    this.outputs = outputs;
    this.metadata = metadata;
    this.shapes = shapes;
    this.consumers = new HashMap<>();
    for (Node node : nodes.values()) {
      for (String input : new HashSet<>(node.inputs())) {
        consumers.computeIfAbsent(input, key -> new ArrayList<>()).add(node);
      }
    }
  }

  /**
   * A graph of the given nodes, in any order.
   *
   * @throws BadInputException if a name is used twice or unknown, the nodes form a cycle, an
   *     operator has the wrong number or shape of inputs, or a value has 2^31 elements or more; the
   *     message names the node
   */
  public static Graph of(List<Input> inputs, Collection<Node> nodes, List<String> outputs) {
    return of(inputs, nodes, outputs, Map.of());
  }

  /**
   * As {@link #of(List, Collection, List)}, with free text (provenance) that goes into the deploy
   * file.
   */
  public static Graph of(
      List<Input> inputs,
      Collection<Node> nodes,
      List<String> outputs,
      Map<String, String> metadata) {
    Map<String, Node> ordered = TopologicalOrder.of(inputs, nodes);
    for (String output : outputs) {
      if (!ordered.containsKey(output) && inputs.stream().noneMatch(i -> i.name().equals(output))) {
        throw new BadInputException(
            "output '" + output + "': expected the name of a node or input");
      }
    }
    Map<String, Shape> shapes = new HashMap<>();
    for (Input input : inputs) {
      requireArray("input '" + input.name() + "'", input.shape());
      shapes.put(input.name(), input.shape());
    }
    for (Node node : ordered.values()) {
      Shape shape = ShapeInference.shapeOf(node, shapes);
      requireArray("node '" + node.name() + "' (" + node.operator().type() + ")", shape);
      shapes.put(node.name(), shape);
    }
    return new Graph(
        List.copyOf(inputs), ordered, List.copyOf(outputs), new TreeMap<>(metadata), shapes);
  }

  /** What no array holds cannot be computed, and counts of it would overflow. */
  private static void requireArray(String value, Shape shape) {
    if (shape.elementsOfSample() > MOST_ELEMENTS) {
      throw new BadInputException(
          value + ": expected fewer than 2^31 elements for a sample, found shape " + shape);
    }
  }

  public List<Input> inputs() {
    return inputs;
  }

  /** The nodes, each after those whose values it takes. */
  public Collection<Node> nodes() {
    return java.util.Collections.unmodifiableCollection(nodes.values());
  }

  public List<String> outputs() {
    return outputs;
  }

  /** Free text by name, sorted; provenance in a deploy file. */
  public Map<String, String> metadata() {
    return java.util.Collections.unmodifiableMap(metadata);
  }

  public Graph withMetadata(Map<String, String> newMetadata) {
    return new Graph(inputs, nodes, outputs, new TreeMap<>(newMetadata), shapes);
  }

  /** This graph with every operator replaced by one that gives the same shape. */
  public Graph mapOperators(UnaryOperator<Operator> change) {
    return of(
        inputs,
        nodes.values().stream().map(n -> n.withOperator(change.apply(n.operator()))).toList(),
        outputs,
        metadata);
  }

  /**
   * This graph with every floating-point parameter converted; a tensor shared between nodes stays
   * shared.
   */
  public Graph withParameters(ElementType type) {
    Map<Tensor, Tensor> converted = new java.util.IdentityHashMap<>();
    return mapOperators(
        operator ->
            operator.mapParameters(
                tensor ->
                    tensor.type() == ElementType.INT64
                        ? tensor
                        : converted.computeIfAbsent(tensor, t -> t.to(type))));
  }

  /** The number of nodes of each operator type, sorted by type; constants are not counted. */
  public Map<String, Integer> operatorCounts() {
    Map<String, Integer> counts = new TreeMap<>();
    for (Node node : nodes.values()) {
      if (!(node.operator() instanceof Operator.Constant)) {
        counts.merge(node.operator().type(), 1, Integer::sum);
      }
    }
    return counts;
  }

  /**
   * The number of scalar parameters that training learns, a tensor shared between nodes counted
   * once; BatchNormalization's running statistics are not among them.
   */
  public long parameterCount() {
    Set<Tensor> seen = java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
    nodes.values().forEach(node -> seen.addAll(node.operator().learned()));
    return seen.stream().mapToLong(Tensor::size).sum();
  }

  @Override
  public Optional<Node> find(String name) {
    return Optional.ofNullable(nodes.get(name));
  }

  @Override
  public List<Node> consumers(String value) {
    return consumers.getOrDefault(value, List.of());
  }

  @Override
  public boolean isOutput(String value) {
    return outputs.contains(value);
  }

  @Override
  public boolean isInput(String value) {
    return inputs.stream().anyMatch(input -> input.name().equals(value));
  }

  @Override
  public Shape shape(String value) {
    Shape shape = shapes.get(value);
    if (shape == null) {
      throw new IllegalArgumentException("no value '" + value + "' in the graph");
    }
    return shape;
  }

  /** All shapes by value name. */
  public Map<String, Shape> shapes() {
    return new LinkedHashMap<>(shapes);
  }
}
