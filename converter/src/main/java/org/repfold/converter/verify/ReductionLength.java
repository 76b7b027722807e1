package org.repfold.converter.verify;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;

/**
 * How many roundings one number goes through: the terms summed by each operator up to it. In a
 * chain of n roundings of unit roundoff u the relative error grows as {@code u sqrt(n)} (Higham and
 * Mary 2019, A new approach to probabilistic rounding error analysis).
 */
final class ReductionLength {
  private ReductionLength() {}

  /**
   * For each value of the graph: the terms of all operators computed up to it, an upper bound of
   * those on its path.
   */
  static Map<String, Long> upTo(Graph graph) {
    Map<String, Long> lengths = new HashMap<>();
    long total = 1;
    for (Node node : graph.nodes()) {
      total += terms(graph, node);
      lengths.put(node.name(), total);
    }
    return lengths;
  }

  private static long terms(Graph graph, Node node) {
    Operator operator = node.operator();
    if (operator instanceof Operator.Conv conv) {
      return conv.weight().shape().product(1, 4) + 1;
    } else if (operator instanceof Operator.ConvTranspose conv) {
      return conv.weight().size() / conv.weight().shape().dimension(1) / conv.group() + 1;
    } else if (operator instanceof Operator.Gemm gemm) {
      return gemm.weight().shape().dimension(1) + 1;
    } else if (operator instanceof Operator.MatMul) {
      return graph.shape(node.inputs().get(0)).dimension(-1);
    } else if (operator instanceof Operator.LayerNormalization norm) {
      // The mean, then the variance about it.
      return 2L * norm.scale().size();
    } else if (operator instanceof Operator.Softmax softmax) {
      Shape shape = graph.shape(node.input());
      return Math.max(1, shape.dimension(softmax.axis()));
    } else if (operator instanceof Pooling pooling) {
      return terms(pooling, graph.shape(node.input()));
    } else if (operator instanceof Operator.Opaque opaque) {
      return opaque.operands().stream().mapToLong(ReductionLength::known).sum() + 1;
    } else if (operator instanceof Operator.Constant) {
      return 0;
    }
    return 1;
  }

  private static long terms(Pooling pooling, Shape input) {
    if (pooling instanceof Pooling.AveragePool pool) {
      return (long) pool.kernelHeight() * pool.kernelWidth();
    } else if (pooling instanceof Pooling.ReduceMean mean) {
      return known(Shape.of(mean.axes().stream().mapToLong(input::dimension).toArray()));
    } else if (pooling instanceof Pooling.GlobalAveragePool) {
      return Math.max(1, input.product(2, 4));
    }
    return 1;
  }

  /** The elements of one sample. An unknown operator is taken to sum all that it is given. */
  private static long known(Shape shape) {
    return Math.max(
        1,
        Arrays.stream(shape.toArray())
            .filter(size -> size != Shape.UNKNOWN)
            .reduce(1, Math::multiplyExact));
  }
}
