package org.repfold.converter.fold;

import java.util.Collection;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * What every applied rule lowers, so that folding ends: a few whole numbers of at least 0, of which
 * the first that changes becomes less.
 */
public interface Measure {

  /** What one node adds. */
  long[] of(GraphView graph, Node node);

  /** The measure of some nodes of a graph. */
  default long[] of(GraphView graph, Collection<Node> nodes) {
    long[] sum = {};
    for (Node node : nodes) {
      long[] part = of(graph, node);
      sum = sum.length == 0 ? new long[part.length] : sum;
      for (int i = 0; i < part.length; i++) {
        sum[i] = Math.addExact(sum[i], part[i]);
      }
    }
    return sum;
  }
}
