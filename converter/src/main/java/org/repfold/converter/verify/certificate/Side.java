package org.repfold.converter.verify.certificate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

/**
 * One side of a fold, with what is not affine in it: the functions. A normalisation over a layer's
 * features is a function; its gain and shift are not.
 */
final class Side {
  private final Graph graph;
  private final Set<String> constants = new HashSet<>();
  private boolean computesFunctions;
  private final List<Function> functions = new ArrayList<>();

  /**
   * A node that is not affine in what it takes.
   *
   * @param operator without the affine part that it has
   */
  record Function(String node, Operator operator, List<String> operands) {}

  private Side(Graph graph) {
    this.graph = graph;
    for (Node node : graph.nodes()) {
      if (constants.containsAll(node.inputs())) {
        constants.add(node.name());
        computesFunctions |= !isAffine(node);
      } else if (!isAffine(node)) {
        functions.add(new Function(node.name(), withoutAffinePart(node), node.inputs()));
      }
    }
  }

  static Side of(Graph graph) {
    Set<String> needed = new HashSet<>(graph.outputs());
    List<Node> nodes = new ArrayList<>(graph.nodes());
    Collections.reverse(nodes);
    for (Node node : nodes) {
      if (needed.contains(node.name())) {
        needed.addAll(node.inputs());
      }
    }
    nodes.removeIf(node -> !needed.contains(node.name()));
    return new Side(Graph.of(graph.inputs(), nodes, graph.outputs()));
  }

  Graph graph() {
    return graph;
  }

  /** Whether it computes functions of constants, of which rounding may leave few digits. */
  boolean computesFunctions() {
    return computesFunctions;
  }

  /** In the order of computation. */
  List<Function> functions() {
    return functions;
  }

  private boolean isAffine(Node node) {
    Operator operator = node.operator();
    if (operator instanceof Operator.Mul || operator instanceof Operator.MatMul) {
      return node.inputs().stream().anyMatch(constants::contains);
    } else if (operator instanceof Operator.Div) {
      return constants.contains(node.inputs().get(1));
    }
    return Steps.isSame(operator)
        || operator instanceof Movement
        || operator instanceof Operator.Constant
        || operator instanceof Operator.Conv
        || operator instanceof Operator.ConvTranspose
        || operator instanceof Operator.Gemm
        || operator instanceof Operator.BatchNormalization
        || operator instanceof Operator.Add
        || operator instanceof Operator.Sub
        || operator instanceof Unary.Neg
        || operator instanceof Pooling.AveragePool
        || operator instanceof Pooling.GlobalAveragePool
        || operator instanceof Pooling.ReduceMean;
  }

  private static Operator withoutAffinePart(Node node) {
    if (node.operator() instanceof Operator.LayerNormalization norm) {
      double[] ones = new double[norm.scale().size()];
      Arrays.fill(ones, 1);
      Tensor gain = Tensor.of(norm.scale().shape(), ones);
      return new Operator.LayerNormalization(gain, Optional.empty(), norm.epsilon());
    }
    return node.operator();
  }

  /**
   * The affine graph that is left when the result of each function is an input, and what functions
   * take are outputs, behind the others.
   *
   * @param results for each function's node the input that is its result
   * @param inputs all of them, in the order that both sides have
   * @throws NotProvable if a constant cannot be computed
   */
  Graph cut(Map<String, Input> results, List<Input> inputs) throws NotProvable {
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      if (results.containsKey(node.name())) {
        nodes.addAll(afterFunction(node, results.get(node.name())));
      } else if (!isAffine(node)) {
        nodes.add(new Node(node.name(), new Operator.Constant(constant(node.name()))));
      } else {
        nodes.addAll(withFactor(node));
      }
    }
    List<Input> all = new ArrayList<>(graph.inputs());
    all.addAll(inputs);
    Set<String> outputs = new LinkedHashSet<>(graph.outputs());
    functions.forEach(function -> outputs.addAll(function.operands()));
    return Graph.of(all, nodes, List.copyOf(outputs));
  }

  /** What makes a function's result the node's value. */
  private List<Node> afterFunction(Node node, Input result) {
    String name = node.name();
    if (node.operator() instanceof Operator.LayerNormalization norm) {
      String scaled = norm.shift().isPresent() ? graph.freshName(name + "/scaled") : name;
      List<Node> nodes = new ArrayList<>();
      String gain = graph.freshName(name + "/gain");
      nodes.add(new Node(gain, new Operator.Constant(norm.scale())));
      nodes.add(new Node(scaled, new Operator.Mul(), result.name(), gain));
      norm.shift()
          .ifPresent(
              tensor -> {
                String shift = graph.freshName(name + "/shift");
                nodes.add(new Node(shift, new Operator.Constant(tensor)));
                nodes.add(new Node(name, new Operator.Add(), scaled, shift));
              });
      return nodes;
    }
    Shape shape = graph.shape(name);
    Operator operator =
        shape.equals(result.shape())
            ? new Operator.Identity()
            : new Movement.Reshape(LongStream.of(shape.toArray()).boxed().toList());
    return List.of(new Node(name, operator, result.name()));
  }

  /** The node with the constant that multiplies computed, where it is not plainly there. */
  private List<Node> withFactor(Node node) throws NotProvable {
    Operator operator = node.operator();
    if (!(operator instanceof Operator.Mul
        || operator instanceof Operator.Div
        || operator instanceof Operator.MatMul)) {
      return List.of(node);
    }
    int factor = constants.contains(node.inputs().get(1)) ? 1 : 0;
    if (graph.constant(node.inputs().get(factor)).isPresent()) {
      return List.of(node);
    }
    String name = graph.freshName(node.name() + "/factor");
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(factor, name);
    Operator constant = new Operator.Constant(constant(node.inputs().get(factor)));
    return List.of(new Node(name, constant), node.withInputs(inputs));
  }

  private Tensor constant(String value) throws NotProvable {
    try {
      INDArray computed =
          new ReferenceExecutor(graph, ElementType.FLOAT64)
              .run(Map.of(), List.of(value))
              .get(value);
      Tensor tensor = NdArrays.toTensor(computed);
      NdArrays.release(computed);
      return tensor;
    } catch (IllegalArgumentException e) {
      throw new NotProvable("the constant '" + value + "' cannot be computed: " + e.getMessage());
    }
  }
}
