package org.repfold.converter.fold;

import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * One way to rewrite a few nodes into fewer, without changing the function they compute.
 *
 * <p>How to write one: the class is named after the fold; its Javadoc states the algebra, its
 * source, and when it refuses. {@link #match} looks at the graph around one node, the last of those
 * to be replaced. It answers {@link Match#none()} where the pattern is not there, a {@link
 * Match.Refused} with a reason where it is there but the fold would not be exact, and otherwise a
 * {@link Match.Replacement}. It changes nothing itself, computes in float64, rounds nothing, and
 * knows no model's name.
 */
public interface FoldRule {

  /** The rule's name in traces and reports. */
  default String name() {
    return getClass().getSimpleName();
  }

  /** What the rule says of the given node. */
  Match match(GraphView graph, Node node);
}
