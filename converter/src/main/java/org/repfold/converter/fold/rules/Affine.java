package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.graph.ElementType;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * {@code scale * x + shift}, element by element, with numbers that are known before the network
 * runs: a BatchNormalization in inference, or an addition, subtraction, multiplication or division
 * by a constant.
 */
record Affine(Field scale, Field shift) {

  static Affine identity(int rank) {
    return new Affine(Field.all(1, rank), Field.all(0, rank));
  }

  /** What the node does to its {@link #operand}, if that is all it does. */
  static Optional<Affine> of(GraphView graph, Node node) {
    if (node.operator() instanceof Operator.BatchNormalization norm) {
      return Optional.of(of(norm, graph.shape(node.name()).rank()));
    }
    Optional<String> operand = operand(graph, node);
    if (operand.isEmpty()) {
      return Optional.empty();
    }
    Shape shape = graph.shape(node.name());
    boolean constantFirst = node.inputs().get(1).equals(operand.get());
    Tensor tensor = graph.constant(node.inputs().get(constantFirst ? 0 : 1)).orElseThrow();
    if (!shape.equals(graph.shape(operand.get()))
        || shape.rank() == 0
        || tensor.type() == ElementType.INT64) {
      return Optional.empty();
    }
    Field constant = Field.broadcast(tensor, shape.rank());
    if (constant.rows() != 1 || !constant.all(Double::isFinite)) {
      return Optional.empty();
    }
    return of(node.operator(), constantFirst, constant);
  }

  /**
   * {@code scale = gamma / sqrt(variance + epsilon)} and {@code shift = beta - mean * scale} (Ioffe
   * and Szegedy 2015, algorithm 2).
   */
  private static Affine of(Operator.BatchNormalization norm, int rank) {
    double[] scale = new double[norm.channels()];
    double[] shift = new double[norm.channels()];
    for (int c = 0; c < scale.length; c++) {
      scale[c] = norm.scale().get(c) / Math.sqrt(norm.variance().get(c) + norm.epsilon());
      shift[c] = norm.shift().get(c) - norm.mean().get(c) * scale[c];
    }
    return new Affine(Field.along(1, rank, scale), Field.along(1, rank, shift));
  }

  private static Optional<Affine> of(Operator operator, boolean constantFirst, Field constant) {
    Field ones = Field.all(1, constant.rank());
    Field zeros = Field.all(0, constant.rank());
    if (operator instanceof Operator.Add) {
      return Optional.of(new Affine(ones, constant));
    } else if (operator instanceof Operator.Mul) {
      return Optional.of(new Affine(constant, zeros));
    } else if (operator instanceof Operator.Sub) {
      return Optional.of(
          constantFirst
              ? new Affine(Field.all(-1, constant.rank()), constant)
              : new Affine(ones, zeros.with(constant, (zero, c) -> zero - c)));
    }
    boolean divides = operator instanceof Operator.Div && !constantFirst;
    return divides && constant.all(c -> c != 0)
        ? Optional.of(new Affine(ones.with(constant, (one, c) -> one / c), zeros))
        : Optional.empty();
  }

  /** The operand that is not a constant, of a node of which the other is one. */
  static Optional<String> operand(GraphView graph, Node node) {
    if (node.operator() instanceof Operator.BatchNormalization) {
      return Optional.of(node.input());
    }
    if (!(node.operator() instanceof Operator.Elementwise)) {
      return Optional.empty();
    }
    String left = node.inputs().get(0);
    String right = node.inputs().get(1);
    boolean leftIsConstant = graph.constant(left).isPresent();
    if (leftIsConstant == graph.constant(right).isPresent()) {
      return Optional.empty();
    }
    return Optional.of(leftIsConstant ? right : left);
  }

  /** This, then another. */
  Affine then(Affine next) {
    Field moved = shift.with(next.scale, (t, s) -> t * s);
    return new Affine(
        scale.with(next.scale, (a, b) -> a * b), moved.with(next.shift, (a, b) -> a + b));
  }

  /**
   * The nodes that do this to an operand, a multiplication and an addition where both are needed;
   * none where nothing is to do.
   *
   * @param shape of the operand
   */
  List<Node> nodes(
      GraphView graph, String operand, Shape shape, String scaleName, String shiftName) {
    List<Node> nodes = new ArrayList<>();
    String last = operand;
    if (!scalesNothing()) {
      append(graph, nodes, new Node(scaleName, new Operator.Mul(), last), scale.constant(shape));
      last = scaleName;
    }
    if (!shiftsNothing()) {
      append(graph, nodes, new Node(shiftName, new Operator.Add(), last), shift.constant(shape));
    }
    return nodes;
  }

  private static void append(GraphView graph, List<Node> nodes, Node node, Tensor numbers) {
    Node constant = new Node(graph.freshName(node.name() + "/map"), new Operator.Constant(numbers));
    nodes.add(constant);
    nodes.add(node.withInputs(List.of(node.input(), constant.name())));
  }

  boolean scalesNothing() {
    return scale.all(s -> s == 1);
  }

  boolean shiftsNothing() {
    return shift.all(t -> t == 0);
  }

  boolean variesAtMostAlong(int axis) {
    return scale.variesAtMostAlong(axis) && shift.variesAtMostAlong(axis);
  }
}
