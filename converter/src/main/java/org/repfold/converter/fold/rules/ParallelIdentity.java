package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * A value added to a convolution of itself becomes part of the convolution.
 *
 * <p>The identity is the convolution whose kernel is {@code delta(o, i)}, a single tap at the same
 * position, within each group; with a normalisation or a scale and shift per channel between,
 * {@code s[o] delta(o, i)} with bias {@code t} (RepVGG, section 3.3). It is added as in {@link
 * ParallelConvs}.
 *
 * <p>Refuses a strided convolution, one that something else uses too, and one whose kernel lies so
 * far from that tap that it would need more than one and a half times the multiplications.
 */
public final class ParallelIdentity implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<SumTree> sum = SumTree.at(graph, node);
    return sum.isEmpty()
        ? Match.none()
        : ConvSum.mergeAny(graph, sum.get(), addend -> Branch.identities(graph, addend));
  }
}
