package org.repfold.converter.fold.rules;

import java.util.List;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;

/**
 * A BatchNormalization followed by a global average pool becomes the pool followed by the
 * normalisation, which then works on one number per channel and can fold into what comes next.
 *
 * <p>The mean is linear and of weight 1: {@code mean(s x + t) = s mean(x) + t}. Always exact.
 */
public final class BatchNormGlobalAveragePool implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.BatchNormalization)
        || !graph.hasSingleUse(node.name())) {
      return Match.none();
    }
    Node pool = graph.consumers(node.name()).get(0);
    if (!(pool.operator() instanceof Pooling.GlobalAveragePool)) {
      return Match.none();
    }
    return Match.replace(
        List.of(node, pool),
        List.of(pool.withInputs(node.inputs()), node.withInputs(List.of(pool.name()))));
  }
}
