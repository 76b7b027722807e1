package org.repfold.converter.lower;

import java.util.List;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Shape;

/**
 * A reshape that merges all axes but the first becomes a Flatten, which states no sizes; so a
 * network has the same operators wherever it came from.
 */
public final class ReshapeAsFlatten implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Movement.Reshape)) {
      return Match.none();
    }
    Shape input = graph.shape(node.input());
    Shape output = graph.shape(node.name());
    return input.rank() > 2
            && output.rank() == 2
            && perRow(output) > 0
            && perRow(input) == perRow(output)
        ? Match.replace(List.of(node), List.of(node.withOperator(new Movement.Flatten())))
        : Match.none();
  }

  /** The elements behind the first axis; 0 where an open axis is among the others. */
  private static long perRow(Shape shape) {
    long product = 1;
    for (int axis = 1; axis < shape.rank(); axis++) {
      product *= Math.max(0, shape.dimension(axis));
    }
    return product;
  }
}
