package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.LinkedList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;

/**
 * A chain of nodes through which a scale and shift can be carried either way: those that only move
 * elements about within each row (Reshape, Flatten, and Transpose of all axes but the first), and
 * means over whole axes, which commute with what does not vary along these.
 *
 * @param nodes each takes the value of the one before it
 */
record Path(List<Node> nodes) {
  Path {
    nodes = List.copyOf(nodes);
  }

  /** The longest such chain that ends with the given value; possibly empty. */
  static Path before(GraphView graph, String value) {
    LinkedList<Node> nodes = new LinkedList<>();
    Optional<Node> node = graph.find(value).filter(Path::carries);
    while (node.isPresent()) {
      nodes.addFirst(node.get());
      node = graph.find(node.get().input()).filter(Path::carries);
    }
    return new Path(nodes);
  }

  /** The longest such chain that starts with the given node and has no branches; possibly empty. */
  static Path from(GraphView graph, Node first) {
    List<Node> nodes = new ArrayList<>();
    Node node = first;
    while (carries(node)) {
      nodes.add(node);
      if (!graph.hasSingleUse(node.name())) {
        break;
      }
      node = graph.consumers(node.name()).get(0);
    }
    return new Path(nodes);
  }

  static boolean carries(Node node) {
    Operator operator = node.operator();
    return operator instanceof Movement.Reshape
        || operator instanceof Movement.Flatten
        || operator instanceof Movement.Transpose transpose && transpose.permutation().get(0) == 0
        || operator instanceof Pooling.GlobalAveragePool
        || operator instanceof Pooling.ReduceMean mean && !mean.axes().contains(0);
  }

  boolean isEmpty() {
    return nodes.isEmpty();
  }

  /** The value at the end of the chain; the given one if it is empty. */
  String end(String start) {
    return isEmpty() ? start : nodes.get(nodes.size() - 1).name();
  }

  /** The value at the start of the chain; the given one if it is empty. */
  String start(String end) {
    return isEmpty() ? end : nodes.get(0).input();
  }

  /** The chain, taking another value. */
  List<Node> startingAt(String value) {
    List<Node> moved = new ArrayList<>(nodes);
    if (!isEmpty()) {
      moved.set(0, nodes.get(0).withInputs(List.of(value)));
    }
    return moved;
  }

  /**
   * What must be done behind the chain instead of before it.
   *
   * @return empty where there is no such thing: a mean is taken over what has different scales, or
   *     rows of one sample are mixed with those of another
   */
  Optional<Affine> forward(GraphView graph, Affine affine) {
    Optional<Affine> result = Optional.of(affine);
    for (Node node : nodes) {
      result = result.flatMap(a -> through(graph, node, a));
    }
    return result;
  }

  /**
   * What must be done before the chain instead of behind it; empty where there is no such thing.
   */
  Optional<Affine> backward(GraphView graph, Affine affine) {
    Optional<Affine> result = Optional.of(affine);
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      result =
          result.flatMap(
              a ->
                  back(graph, node, a.scale())
                      .flatMap(s -> back(graph, node, a.shift()).map(t -> new Affine(s, t))));
    }
    return result;
  }

  /** What must be done behind one node instead of before it. */
  static Optional<Affine> through(GraphView graph, Node node, Affine affine) {
    List<Integer> axes = meanAxes(node.operator());
    if (axes.stream().anyMatch(affine.scale()::variesAlong)) {
      return Optional.empty();
    }
    return forward(graph, node, affine.scale())
        .flatMap(s -> forward(graph, node, affine.shift()).map(t -> new Affine(s, t)));
  }

  private static Optional<Field> forward(GraphView graph, Node node, Field field) {
    Shape from = graph.shape(node.input());
    Shape to = graph.shape(node.name());
    if (node.operator() instanceof Movement.Transpose transpose) {
      return Optional.of(transposed(field, transpose.permutation()));
    }
    List<Integer> axes = meanAxes(node.operator());
    if (axes.isEmpty()) {
      return field.reshaped(from, to);
    }
    Field mean = new Field(ConstantArithmetic.mean(field.values(), axes)).compressed();
    return Optional.of(withRank(mean, to.rank(), axes));
  }

  private static Optional<Field> back(GraphView graph, Node node, Field field) {
    Shape from = graph.shape(node.input());
    Shape to = graph.shape(node.name());
    if (node.operator() instanceof Movement.Transpose transpose) {
      List<Integer> permutation = transpose.permutation();
      return Optional.of(
          transposed(
              field,
              IntStream.range(0, permutation.size()).mapToObj(permutation::indexOf).toList()));
    }
    List<Integer> axes = meanAxes(node.operator());
    return axes.isEmpty()
        ? field.reshaped(to, from)
        : Optional.of(withRank(field, from.rank(), axes));
  }

  private static List<Integer> meanAxes(Operator operator) {
    if (operator instanceof Pooling.GlobalAveragePool) {
      return List.of(2, 3);
    }
    return operator instanceof Pooling.ReduceMean mean ? mean.axes() : List.of();
  }

  /** Takes out, or puts in, the given axes of size 1, where the rank is another. */
  private static Field withRank(Field field, int rank, List<Integer> axes) {
    if (field.rank() == rank) {
      return field;
    }
    List<Long> sizes = new ArrayList<>();
    if (rank < field.rank()) {
      for (int axis = 0; axis < field.rank(); axis++) {
        if (!axes.contains(axis)) {
          sizes.add(field.shape().dimension(axis));
        }
      }
    } else {
      int taken = 0;
      for (int axis = 0; axis < rank; axis++) {
        sizes.add(axes.contains(axis) ? 1 : field.shape().dimension(taken++));
      }
    }
    return new Field(field.values().reshape(Shape.of(sizes)));
  }

  private static Field transposed(Field field, List<Integer> permutation) {
    return new Field(Transposition.of(field.values(), permutation));
  }
}
