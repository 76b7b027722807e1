package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * An average pool added to a convolution of the same input becomes part of the convolution.
 *
 * <p>The pool is the depthwise convolution whose weights are all {@code 1 / (kh kw)}; with a
 * normalisation or a scale and shift per channel behind it, {@code s / (kh kw)} with bias {@code t}
 * (DiverseBranchBlock, section 3.2, transform V). It is added as in {@link ParallelConvs}, and by
 * this alone: by itself a pool is faster than a convolution.
 *
 * <p>Refuses what {@link ParallelConvs} refuses, and a pool that leaves its padding out of the
 * mean.
 */
public final class ParallelAveragePool implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<SumTree> sum = SumTree.at(graph, node);
    return sum.isEmpty()
        ? Match.none()
        : ConvSum.mergeAny(
            graph, sum.get(), addend -> Branch.averagePool(graph, addend).stream().toList());
  }
}
