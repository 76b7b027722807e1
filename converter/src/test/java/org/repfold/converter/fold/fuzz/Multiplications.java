package org.repfold.converter.fold.fuzz;

import java.util.stream.LongStream;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;

/**
 * The terms that a graph's nodes sum up for one sample, and the elements of what only computes
 * element by element.
 */
final class Multiplications {
  private Multiplications() {}

  static long of(Graph graph) {
    return graph.nodes().stream().mapToLong(node -> of(graph, node)).sum();
  }

  private static long of(GraphView graph, Node node) {
    Operator operator = node.operator();
    long outputs = elements(graph.shape(node.name()));
    if (operator instanceof Operator.Conv conv) {
      return outputs * conv.weight().shape().product(1, 4);
    } else if (operator instanceof Operator.ConvTranspose conv) {
      return elements(graph.shape(node.input())) * conv.weight().shape().product(1, 4);
    } else if (operator instanceof Operator.Gemm gemm) {
      return outputs * gemm.weight().shape().dimension(1);
    } else if (operator instanceof Operator.MatMul) {
      return outputs * graph.shape(node.input()).dimension(-1);
    } else if (operator instanceof Pooling.AveragePool pool) {
      return outputs * pool.kernelHeight() * pool.kernelWidth();
    }
    return operator instanceof Operator.BatchNormalization
            || operator instanceof Operator.Elementwise
        ? outputs
        : 0;
  }

  private static long elements(Shape shape) {
    return LongStream.of(shape.toArray())
        .filter(size -> size != Shape.UNKNOWN)
        .reduce(1, Math::multiplyExact);
  }
}
