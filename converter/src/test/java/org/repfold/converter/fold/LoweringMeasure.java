package org.repfold.converter.fold;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;

/**
 * What every lowering rule lowers: the number of convolutions; then of transposes; then of
 * reshapes; then for each activation the number of reshapes that come before it; then of nodes.
 */
public final class LoweringMeasure implements Measure {

  @Override
  public long[] of(GraphView graph, Node node) {
    Operator operator = node.operator();
    return new long[] {
      operator instanceof Operator.Conv ? 1 : 0,
      operator instanceof Movement.Transpose ? 1 : 0,
      operator instanceof Movement.Reshape ? 1 : 0,
      operator instanceof Unary ? reshapesBefore(graph, node.inputs(), new HashSet<>()) : 0,
      operator instanceof Operator.Constant ? 0 : 1
    };
  }

  private static long reshapesBefore(GraphView graph, List<String> values, Set<String> seen) {
    long count = 0;
    for (String value : values) {
      if (seen.add(value) && graph.find(value).isPresent()) {
        Node node = graph.find(value).get();
        count += node.operator() instanceof Movement.Reshape ? 1 : 0;
        count += reshapesBefore(graph, node.inputs(), seen);
      }
    }
    return count;
  }
}
