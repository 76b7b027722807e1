package org.repfold.converter.execute;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/**
 * Computes a graph operator by operator on ND4J, every value in one floating-point type. This is
 * what the other engines are measured against: plain, and indifferent to workspaces and to ND4J's
 * default type. Parameters are copied to native memory for the duration of their operator only, so
 * that running a network needs little more memory than its values. Immutable; runs may be
 * concurrent.
 */
public final class ReferenceExecutor {
  private final Graph graph;
  private final ElementType type;

  /**
   * An executor of the graph.
   *
   * @param type of all floating-point values: {@link ElementType#FLOAT64} or {@link
   *     ElementType#FLOAT32}; parameters of the other type are converted
   */
  public ReferenceExecutor(Graph graph, ElementType type) {
    if (type == ElementType.INT64) {
      throw new IllegalArgumentException("expected a floating-point type, found " + type);
    }
    this.graph = graph;
    this.type = type;
  }

  /**
   * What one operator gives, computed as in a graph.
   *
   * @param operands row-major, of the given type, in the operator's order; left as they are
   * @param type of all floating-point values, parameters included
   * @return row-major, owning its memory; the caller's to close
   */
  public static INDArray compute(Operator operator, List<INDArray> operands, ElementType type) {
    return new Evaluation(type).evaluate(operator, operands);
  }

  /**
   * The output of a graph that has one input and one output; the caller's to close.
   *
   * @throws BadInputException as {@link #run(Map, Collection)}, or if the graph has more inputs or
   *     outputs
   */
  public INDArray run(INDArray input) {
    if (graph.inputs().size() != 1 || graph.outputs().size() != 1) {
      throw new BadInputException(
          "graph: expected one input and one output, found "
              + graph.inputs().size()
              + " and "
              + graph.outputs().size());
    }
    String output = graph.outputs().get(0);
    return run(Map.of(graph.inputs().get(0).name(), input), graph.outputs()).get(output);
  }

  /** The graph's outputs by name, as {@link #run(Map, Collection)}. */
  public Map<String, INDArray> run(Map<String, INDArray> inputs) {
    return run(inputs, graph.outputs());
  }

  /**
   * The requested values. Others are freed as soon as nothing needs them, and nodes that no
   * requested value needs are not computed.
   *
   * @param inputs by name, of any floating-point type; left as they are
   * @param requested names of nodes or graph inputs
   * @return by name, in the order requested, row-major; the caller's to close
   * @throws BadInputException if an input is missing or its shape is not the graph's, a requested
   *     name is unknown, or a node's operator is one that nothing here knows
   */
  public Map<String, INDArray> run(Map<String, INDArray> inputs, Collection<String> requested) {
    Set<String> wanted = new LinkedHashSet<>(requested);
    Map<String, INDArray> values = compute(inputs, wanted, wanted, (name, value) -> {});
    Map<String, INDArray> results = new LinkedHashMap<>();
    wanted.forEach(name -> results.put(name, values.get(name)));
    return results;
  }

  /**
   * Hands over each requested value when it is computed, and frees it when nothing needs it any
   * more: many values of a large network may be looked at that memory would not hold together.
   *
   * @param inputs by name, of any floating-point type; left as they are
   * @param requested names of nodes or graph inputs
   * @param visitor takes a name and its value, row-major, which is the visitor's during the call
   *     alone, and not to be closed
   * @throws BadInputException as {@link #run(Map, Collection)}
   */
  public void visit(
      Map<String, INDArray> inputs,
      Collection<String> requested,
      BiConsumer<String, INDArray> visitor) {
    compute(inputs, Set.copyOf(requested), Set.of(), visitor);
  }

  /** The values that are kept, by name. */
  private Map<String, INDArray> compute(
      Map<String, INDArray> inputs,
      Set<String> wanted,
      Set<String> kept,
      BiConsumer<String, INDArray> visitor) {
    MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces();
    try {
      Set<String> needed = needed(wanted);
      Map<String, Integer> uses = uses(needed);
      Map<String, INDArray> values = new HashMap<>();
      for (Input input : graph.inputs()) {
        if (needed.contains(input.name())) {
          values.put(input.name(), accepted(input, inputs.get(input.name())));
          visit(input.name(), wanted, values, visitor);
          releaseUnused(input.name(), uses, kept, values);
        }
      }
      Evaluation evaluation = new Evaluation(type);
      for (Node node : inOrder(needed)) {
        List<INDArray> operands = node.inputs().stream().map(values::get).toList();
        values.put(node.name(), evaluate(evaluation, node, operands));
        visit(node.name(), wanted, values, visitor);
        node.inputs().forEach(input -> uses.merge(input, -1, Integer::sum));
        node.inputs().forEach(input -> releaseUnused(input, uses, kept, values));
        releaseUnused(node.name(), uses, kept, values);
      }
      return values;
    } finally {
      outside.close();
    }
  }

  private static void visit(
      String name,
      Set<String> wanted,
      Map<String, INDArray> values,
      BiConsumer<String, INDArray> visitor) {
    if (wanted.contains(name)) {
      visitor.accept(name, values.get(name));
    }
  }

  private static INDArray evaluate(Evaluation evaluation, Node node, List<INDArray> operands) {
    try {
      return evaluation.evaluate(node.operator(), operands);
    } catch (BadInputException e) {
      throw new BadInputException("node '" + node.name() + "': " + e.getMessage(), e);
    }
  }

  private static void releaseUnused(
      String name, Map<String, Integer> uses, Set<String> kept, Map<String, INDArray> values) {
    if (uses.getOrDefault(name, 0) == 0 && !kept.contains(name) && values.containsKey(name)) {
      NdArrays.release(values.remove(name));
    }
  }

  private Set<String> needed(Set<String> wanted) {
    Set<String> needed = new HashSet<>();
    Deque<String> open = new ArrayDeque<>(wanted);
    while (!open.isEmpty()) {
      String name = open.pop();
      if (needed.add(name)) {
        graph.find(name).map(Node::inputs).orElseGet(() -> leaf(name)).forEach(open::push);
      }
    }
    return needed;
  }

  private List<String> leaf(String name) {
    if (graph.inputs().stream().noneMatch(input -> input.name().equals(name))) {
      throw new BadInputException("value '" + name + "': expected the name of a node or input");
    }
    return List.of();
  }

  /**
   * The needed nodes in the graph's order, but each constant right before the first node that takes
   * it: wherever a graph lists its matrices, one at a time is in memory.
   */
  private Collection<Node> inOrder(Set<String> needed) {
    Map<String, Node> ordered = new LinkedHashMap<>();
    List<Node> constants = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (!needed.contains(node.name())) {
        continue;
      } else if (node.operator() instanceof Operator.Constant) {
        constants.add(node);
      } else {
        node.inputs().stream()
            .flatMap(input -> graph.find(input).stream())
            .forEach(operand -> ordered.putIfAbsent(operand.name(), operand));
        ordered.put(node.name(), node);
      }
    }
    constants.forEach(constant -> ordered.putIfAbsent(constant.name(), constant));
    return ordered.values();
  }

  private Map<String, Integer> uses(Set<String> needed) {
    Map<String, Integer> uses = new HashMap<>();
    for (Node node : graph.nodes()) {
      if (needed.contains(node.name())) {
        node.inputs().forEach(input -> uses.merge(input, 1, Integer::sum));
      }
    }
    return uses;
  }

  private INDArray accepted(Input input, INDArray array) {
    if (array == null) {
      throw new BadInputException("input '" + input.name() + "': expected a value, found none");
    }
    Shape found = Shape.of(array.shape());
    boolean fits = found.rank() == input.shape().rank();
    for (int axis = 0; fits && axis < found.rank(); axis++) {
      long expected = input.shape().dimension(axis);
      fits = expected == Shape.UNKNOWN || expected == found.dimension(axis);
    }
    if (!fits) {
      throw new BadInputException(
          "input '" + input.name() + "': expected shape " + input.shape() + ", found " + found);
    }
    INDArray converted = array.castTo(NdArrays.dataType(type));
    INDArray copy = NdArrays.copy(converted);
    if (converted != array) {
      NdArrays.release(converted);
    }
    return copy;
  }
}
