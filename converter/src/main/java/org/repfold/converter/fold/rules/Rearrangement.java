package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;
import org.repfold.graph.Tensor;

/**
 * A chain of nodes that only move elements about within each sample: Reshape, Flatten, and
 * Transpose of all axes but the first. Elements stay in sample order throughout, so what the chain
 * does to one sample it does to each.
 */
final class Rearrangement {
  private Rearrangement() {}

  /**
   * The longest such chain that starts with the consumer of a value of single use; possibly empty.
   */
  static List<Node> after(GraphView graph, String value) {
    List<Node> chain = new ArrayList<>();
    String last = value;
    while (graph.hasSingleUse(last)) {
      Node next = graph.consumers(last).get(0);
      if (!moves(next.operator())) {
        break;
      }
      chain.add(next);
      last = next.name();
    }
    return chain;
  }

  /**
   * What the chain makes of a constant given for one sample, its first axis 1; empty if the chain
   * mixes samples.
   *
   * @param sample {@code [1, ...]}
   */
  static Optional<Tensor> apply(List<Node> chain, Tensor sample) {
    Tensor current = sample;
    for (Node node : chain) {
      if (node.operator() instanceof Movement.Reshape reshape) {
        if (!dividesSample(reshape, current)) {
          return Optional.empty();
        }
        current = current.reshape(shapeAfter(node.operator(), current));
      } else if (node.operator() instanceof Movement.Transpose transpose) {
        current = transpose(current, transpose.permutation());
      } else {
        current = current.reshape(shapeAfter(node.operator(), current));
      }
    }
    return Optional.of(current);
  }

  private static boolean moves(Operator operator) {
    return operator instanceof Movement.Reshape
        || operator instanceof Movement.Flatten
        || operator instanceof Movement.Transpose transpose && transpose.permutation().get(0) == 0;
  }

  private static boolean dividesSample(Movement.Reshape reshape, Tensor sample) {
    List<Long> shape = reshape.shape();
    long rest = Shape.of(shape).product(1, shape.size());
    return shape.get(0) == Shape.UNKNOWN && rest > 0 && sample.size() % rest == 0;
  }

  private static Shape shapeAfter(Operator operator, Tensor tensor) {
    return ShapeInference.shapeOf(
        new Node("sample", operator, "x"), java.util.Map.of("x", tensor.shape()));
  }

  private static Tensor transpose(Tensor tensor, List<Integer> permutation) {
    int rank = permutation.size();
    long[] sizes = tensor.shape().toArray();
    long[] strides = new long[rank];
    long stride = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= sizes[axis];
    }
    Shape shape = Shape.of(permutation.stream().mapToLong(axis -> sizes[axis]).toArray());
    double[] moved = new double[tensor.size()];
    for (int i = 0; i < moved.length; i++) {
      long rest = i;
      long from = 0;
      for (int axis = rank - 1; axis >= 0; axis--) {
        from += rest % shape.dimension(axis) * strides[permutation.get(axis)];
        rest /= shape.dimension(axis);
      }
      moved[i] = tensor.get(Math.toIntExact(from));
    }
    return Tensor.of(shape, moved);
  }
}
