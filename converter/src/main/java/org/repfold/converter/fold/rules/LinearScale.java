package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * A layer followed by a multiplication or division by constants, one for each output or one for
 * all, becomes the layer alone: {@code W'[o] = l[o] W[o]}, {@code b'[o] = l[o] b[o]}. This is
 * LayerScale (CaiT, section 2; ResMLP, section 2). Also through what rearranges the layer's
 * outputs, and for a constant minus the layer.
 *
 * <p>Refuses when something else also takes the layer's output.
 */
public final class LinearScale implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<BehindLayer> found =
        node.operator() instanceof Operator.Elementwise
            ? BehindLayer.of(graph, node).filter(f -> !f.affine().scalesNothing())
            : Optional.empty();
    return found.map(behind -> behind.foldIfLess(graph)).orElseGet(Match::none);
  }
}
