package org.repfold.converter.lower;

import java.util.List;
import java.util.stream.LongStream;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Shape;

/**
 * A transpose that keeps the order of all axes longer than 1 moves no element: it becomes a
 * reshape. So does every partition of a map into one part.
 */
public final class TransposeAsReshape implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Movement.Transpose transpose)) {
      return Match.none();
    }
    Shape input = graph.shape(node.input());
    List<Integer> longAxes =
        transpose.permutation().stream().filter(axis -> input.dimension(axis) != 1).toList();
    if (!longAxes.equals(longAxes.stream().sorted().toList())) {
      return Match.none();
    }
    List<Long> shape = LongStream.of(graph.shape(node.name()).toArray()).boxed().toList();
    return Match.replace(List.of(node), List.of(node.withOperator(new Movement.Reshape(shape))));
  }
}
