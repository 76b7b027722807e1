package org.repfold.converter.fold;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;

/**
 * What every fold rule lowers: first the work of the operators that only scale and shift, each
 * weighed by the numbers of one sample that it goes over; then the number of nodes.
 *
 * <p>A BatchNormalization weighs 3 and so may become a multiplication and an addition by constants,
 * which weigh 1 each; a LayerNormalization with gain or shift weighs 3 too. An average pool counts
 * as two nodes and so may become a convolution.
 */
public final class FoldMeasure implements Measure {
  private static final int NORMALISATION = 3;

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
      return isPlain(norm) ? 0 : NORMALISATION;
    }
    boolean scalesOrShifts =
        node.operator() instanceof Operator.Add
            || node.operator() instanceof Operator.Sub
            || node.operator() instanceof Operator.Mul
            || node.operator() instanceof Operator.Div;
    return scalesOrShifts
            && node.inputs().stream().anyMatch(input -> graph.constant(input).isPresent())
        ? 1
        : 0;
  }

  private static boolean isPlain(Operator.LayerNormalization norm) {
    return Arrays.stream(norm.scale().toDoubles()).allMatch(gain -> gain == 1)
        && norm.shift().stream()
            .flatMapToDouble(shift -> Arrays.stream(shift.toDoubles()))
            .allMatch(shift -> shift == 0);
  }

  private static int count(Operator operator) {
    if (operator instanceof Operator.Constant) {
      return 0;
    }
    return operator instanceof Pooling.AveragePool ? 2 : 1;
  }
}
