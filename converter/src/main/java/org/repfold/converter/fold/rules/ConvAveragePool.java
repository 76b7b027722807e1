package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;

/**
 * An average pool of a convolution becomes part of it: the pool is the depthwise convolution whose
 * weights are all {@code 1 / (kh kw)}, and multiplies as in {@link ConvConv} (DiverseBranchBlock,
 * section 3.2, transforms III and V).
 *
 * <p>Refuses what {@link ConvConv} refuses, and a pool that leaves its padding out of the mean.
 */
public final class ConvAveragePool implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Pooling.AveragePool)) {
      return Match.none();
    }
    Optional<Node> conv = graph.find(node.input(), Operator.Conv.class);
    if (conv.isEmpty()) {
      return Match.none();
    }
    Branch pool = Branch.averagePool(graph, node.name()).orElseThrow();
    return pool.obstacle()
        .orElseGet(() -> new ConvProduct(graph, conv.get(), node, pool.conv()).merge());
  }
}
