package org.repfold.converter.fold;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * What every fold rule lowers: first the work of the operators that only scale and shift, each
 * weighed by the numbers of one sample that it goes over; then the number of nodes.
 *
 * <p>A BatchNormalization weighs 3 and so may become a multiplication and an addition by constants,
 * which weigh 1 each; a LayerNormalization's gain weighs 2 and its shift 1. What is computed from
 * constants alone is a constant here, whether it has been evaluated or not. An average pool counts
 * as two nodes and so may become a convolution.
 */
public final class FoldMeasure implements Measure {
  private static final int NORMALISATION = 3;
  private static final int GAIN = 2;
  private static final int SHIFT = 1;

  @Override
  public long[] of(GraphView graph, Node node) {
    long numbers =
        LongStream.of(graph.shape(node.name()).toArray())
            .filter(size -> size != Shape.UNKNOWN)
            .reduce(1, Math::multiplyExact);
    return new long[] {weight(graph, node) * numbers, count(node.operator())};
  }

  private static int weight(GraphView graph, Node node) {
    if (node.operator() instanceof Operator.BatchNormalization) {
      return NORMALISATION;
    } else if (node.operator() instanceof Operator.LayerNormalization norm) {
      return (isAll(norm.scale(), 1) ? 0 : GAIN)
          + (norm.shift().map(shift -> isAll(shift, 0)).orElse(true) ? 0 : SHIFT);
    }
    boolean scalesOrShifts =
        node.operator() instanceof Operator.Add
            || node.operator() instanceof Operator.Sub
            || node.operator() instanceof Operator.Mul
            || node.operator() instanceof Operator.Div;
    return scalesOrShifts && node.inputs().stream().anyMatch(input -> isKnown(graph, input))
        ? 1
        : 0;
  }

  private static boolean isKnown(GraphView graph, String value) {
    return graph
        .find(value)
        .filter(node -> node.inputs().stream().allMatch(input -> isKnown(graph, input)))
        .isPresent();
  }

  private static boolean isAll(Tensor tensor, double number) {
    return Arrays.stream(tensor.toDoubles()).allMatch(element -> element == number);
  }

  private static int count(Operator operator) {
    if (operator instanceof Operator.Constant) {
      return 0;
    }
    return operator instanceof Pooling.AveragePool ? 2 : 1;
  }
}
