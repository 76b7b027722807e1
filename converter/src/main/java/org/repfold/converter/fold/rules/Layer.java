package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * A layer with weights where it stands in a graph, seen alike whether it is a Conv, a
 * ConvTranspose, a Gemm, or a MatMul by a constant matrix with its bias added behind: its outputs
 * lie along the same axis as the inputs that they sum up.
 *
 * @param node the Conv, ConvTranspose, Gemm or MatMul
 * @param axis the axis of the inputs and outputs
 * @param addition for a MatMul, the Add of one constant for each output, where there is one
 */
record Layer(Node node, int axis, Optional<Node> addition) {

  /** The layer of that node, without what is added behind it. */
  static Optional<Layer> at(GraphView graph, Node node) {
    Operator operator = node.operator();
    if (operator instanceof Operator.Conv
        || operator instanceof Operator.ConvTranspose
        || operator instanceof Operator.Gemm) {
      return Optional.of(new Layer(node, 1, Optional.empty()));
    } else if (!(operator instanceof Operator.MatMul)) {
      return Optional.empty();
    }
    String left = node.inputs().get(0);
    String right = node.inputs().get(1);
    int rank = graph.shape(node.name()).rank();
    if (isMatrix(graph, right) && graph.constant(left).isEmpty()) {
      return Optional.of(new Layer(node, rank - 1, Optional.empty()));
    }
    return isMatrix(graph, left) && graph.constant(right).isEmpty() && rank > 2
        ? Optional.of(new Layer(node, rank - 2, Optional.empty()))
        : Optional.empty();
  }

  /** The layer that starts with that node, with the bias that is added behind it. */
  static Optional<Layer> startingAt(GraphView graph, Node node) {
    return at(graph, node)
        .map(
            layer ->
                node.operator() instanceof Operator.MatMul && graph.hasSingleUse(node.name())
                    ? layer.withAddition(graph, graph.consumers(node.name()).get(0))
                    : layer);
  }

  /** The layer whose outputs are the given value, its bias added or not. */
  static Optional<Layer> endingAt(GraphView graph, String value) {
    Optional<Node> node = graph.find(value);
    Optional<Layer> layer = node.flatMap(n -> at(graph, n));
    if (layer.isPresent() || node.isEmpty()) {
      return layer;
    }
    return Affine.operand(graph, node.get())
        .filter(graph::hasSingleUse)
        .flatMap(operand -> graph.find(operand, Operator.MatMul.class))
        .flatMap(product -> at(graph, product))
        .map(found -> found.withAddition(graph, node.get()))
        .filter(found -> found.addition.isPresent());
  }

  private static boolean isMatrix(GraphView graph, String value) {
    return graph.constant(value).filter(tensor -> tensor.shape().rank() == 2).isPresent();
  }

  private Layer withAddition(GraphView graph, Node next) {
    boolean adds =
        next.operator() instanceof Operator.Add
            && Affine.of(graph, next).filter(a -> a.shift().variesAtMostAlong(axis)).isPresent();
    return adds ? new Layer(node, axis, Optional.of(next)) : this;
  }

  /** The value that the layer takes. */
  String input(GraphView graph) {
    return takesMatrixFirst(graph) ? node.inputs().get(1) : node.input();
  }

  /** The value that the layer gives. */
  String value() {
    return addition.orElse(node).name();
  }

  /** The layer's own nodes, the last one's value being the layer's. */
  List<Node> nodes(GraphView graph) {
    List<Node> nodes = new ArrayList<>();
    if (node.operator() instanceof Operator.MatMul) {
      ownConstant(graph, node).ifPresent(nodes::add);
    }
    nodes.add(node);
    addition.flatMap(add -> ownConstant(graph, add)).ifPresent(nodes::add);
    addition.ifPresent(nodes::add);
    return nodes;
  }

  /** Whether a bias costs no further node. */
  boolean hasBias() {
    return !(node.operator() instanceof Operator.MatMul) || addition.isPresent();
  }

  /** Whether each output depends on the inputs at its own position alone. */
  boolean isDense() {
    return node.operator() instanceof Operator.Conv conv
        ? conv.isPointwise()
        : !(node.operator() instanceof Operator.ConvTranspose);
  }

  /**
   * The layer's numbers as those of a Conv or Gemm: for a ConvTranspose the Conv from the same
   * inputs to the same outputs, by the same taps.
   */
  Linear linear(GraphView graph) {
    if (node.operator() instanceof Operator.ConvTranspose conv) {
      return Linear.of(
              new Operator.Conv(
                  swapped(conv.weight(), conv.group()), conv.bias(), conv.window(), conv.group()))
          .orElseThrow();
    } else if (node.operator() instanceof Operator.MatMul) {
      boolean first = takesMatrixFirst(graph);
      Tensor matrix = graph.constant(node.inputs().get(first ? 0 : 1)).orElseThrow();
      Tensor weight = first ? matrix : Transposition.of(matrix, List.of(1, 0));
      int outputs = Math.toIntExact(weight.shape().dimension(0));
      Optional<Tensor> bias =
          addition
              .flatMap(add -> Affine.of(graph, add))
              .map(affine -> Tensor.vector(affine.shift().vector(axis, outputs)));
      return Linear.of(new Operator.Gemm(weight, bias)).orElseThrow();
    }
    return Linear.of(node).orElseThrow();
  }

  /** The layer's nodes with other numbers, taking another value; the last one gives the layer's. */
  List<Node> with(GraphView graph, String input, double[] weight, double[] bias) {
    return with(graph, input, weight, Optional.of(Tensor.vector(bias)));
  }

  /** As the other, without a bias. */
  List<Node> withoutBias(GraphView graph, String input, double[] weight) {
    return new Layer(node, axis, Optional.empty()).with(graph, input, weight, Optional.empty());
  }

  private List<Node> with(GraphView graph, String input, double[] weight, Optional<Tensor> bias) {
    Linear linear = linear(graph);
    if (node.operator() instanceof Operator.MatMul) {
      return product(graph, input, Tensor.of(linear.weight().shape(), weight), bias);
    }
    Operator operator = linear.with(weight, bias);
    if (node.operator() instanceof Operator.ConvTranspose transpose) {
      Operator.Conv conv = (Operator.Conv) operator;
      operator =
          new Operator.ConvTranspose(
              swapped(conv.weight(), conv.group()), bias, conv.window(), transpose.group());
    }
    return List.of(node.withOperator(operator).withInputs(List.of(input)));
  }

  /** Whether the weights are one matrix for all positions: a Gemm or MatMul. */
  boolean isMatrixProduct() {
    return node.operator() instanceof Operator.Gemm || node.operator() instanceof Operator.MatMul;
  }

  /**
   * The nodes of a Gemm or MatMul with another matrix, perhaps of other sizes, taking another
   * value; the last one gives the layer's.
   *
   * @param weight {@code [O, I]}
   */
  List<Node> withMatrix(GraphView graph, String input, Tensor weight, Optional<Tensor> bias) {
    return node.operator() instanceof Operator.MatMul
        ? product(graph, input, weight, bias)
        : List.of(new Node(node.name(), new Operator.Gemm(weight, bias), input));
  }

  private List<Node> product(GraphView graph, String input, Tensor weight, Optional<Tensor> bias) {
    List<Node> nodes = new ArrayList<>();
    boolean first = takesMatrixFirst(graph);
    Tensor matrix = first ? weight : Transposition.of(weight, List.of(1, 0));
    String constant = constantName(graph, node, "weight");
    nodes.add(new Node(constant, new Operator.Constant(matrix)));
    nodes.add(node.withInputs(first ? List.of(constant, input) : List.of(input, constant)));
    if (bias.isPresent() && (addition.isPresent() || !isZero(bias.get()))) {
      Node add =
          addition.orElseGet(
              () -> new Node(graph.freshName(node.name() + "/add"), new Operator.Add()));
      int rank = graph.shape(node.name()).rank();
      String summand = constantName(graph, add, "bias");
      nodes.add(
          new Node(
              summand,
              new Operator.Constant(Field.along(axis, rank, bias.get().toDoubles()).values())));
      nodes.add(add.withInputs(List.of(node.name(), summand)));
    }
    return nodes;
  }

  private static boolean isZero(Tensor tensor) {
    for (int i = 0; i < tensor.size(); i++) {
      if (tensor.get(i) != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean takesMatrixFirst(GraphView graph) {
    return node.operator() instanceof Operator.MatMul
        && graph.constant(node.inputs().get(0)).isPresent();
  }

  /** The constant that a node alone takes. */
  private static Optional<Node> ownConstant(GraphView graph, Node node) {
    return node.inputs().stream()
        .filter(input -> graph.constant(input).isPresent() && graph.hasSingleUse(input))
        .findFirst()
        .flatMap(graph::find);
  }

  private static String constantName(GraphView graph, Node user, String wanted) {
    return ownConstant(graph, user)
        .map(Node::name)
        .orElseGet(() -> graph.freshName(user.name() + "/" + wanted));
  }

  /** A weight {@code [G I, O, h, w]} as {@code [G O, I, h, w]}. */
  private static Tensor swapped(Tensor weight, int groups) {
    int inputs = Math.toIntExact(weight.shape().dimension(0) / groups);
    int outputs = Math.toIntExact(weight.shape().dimension(1));
    long height = weight.shape().dimension(2);
    long width = weight.shape().dimension(3);
    Tensor split = weight.reshape(Shape.of(groups, inputs, outputs, height * width));
    return Transposition.of(split, List.of(0, 2, 1, 3))
        .reshape(Shape.of((long) groups * outputs, inputs, height, width));
  }
}
