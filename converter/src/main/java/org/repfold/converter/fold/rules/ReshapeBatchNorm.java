package org.repfold.converter.fold.rules;

import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * A layer whose outputs are rearranged, or averaged over whole axes, and then normalised becomes
 * the layer and the rearrangement: a dense layer laid out as a map, {@code [N, C H W]} to {@code
 * [N, C, H, W]}, before the BatchNormalization of RepMLP's FC3 (RepMLP, section 3.3), or a
 * convolution before a global average pool and a BatchNormalization.
 *
 * <p>The normalisation's {@code s} and {@code t} are sent back along the way of the data to the
 * layer's outputs; then as {@link ConvBatchNorm}. A mean is linear and of weight 1, {@code s
 * mean(x) + t = mean(s x + t)}.
 *
 * <p>Refuses when something else also takes the layer's output or a value on the way.
 */
public final class ReshapeBatchNorm implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.BatchNormalization)) {
      return Match.none();
    }
    return BehindLayer.of(graph, node)
        .filter(found -> !found.path().isEmpty())
        .map(found -> found.fold(graph))
        .orElseGet(Match::none);
  }
}
