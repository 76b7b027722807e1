package org.repfold.converter.fold.rules;

import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * A BatchNormalization followed by a convolution or dense layer becomes the layer alone; also where
 * the normalised map is first flattened, rearranged, or averaged over whole axes.
 *
 * <p>With the normalisation as {@code s x + t} per channel: {@code W'[o,i] = W[o,i] s[i]}, {@code
 * b'[o] = b[o] + sum_i t[i] sum_k W[o,i,k]}. Any groups, stride and dilation. A mean commutes with
 * it, {@code mean(s x + t) = s mean(x) + t}, and a flattened map has the {@code s} and {@code t} of
 * a channel at each of its positions.
 *
 * <p>Refuses a zero-padded convolution when some shift is not 0: beyond the border the convolution
 * sees 0 where the fold would have it see {@code t}. Likewise a transposed convolution, of whose
 * outputs not each sums up all taps. Several layers that take the rearranged map are all folded;
 * refuses when something else takes it.
 */
public final class BatchNormConv implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    return node.operator() instanceof Operator.BatchNormalization
        ? Absorption.bySingleConsumer(graph, node, new BeforeLayer())
        : Match.none();
  }
}
