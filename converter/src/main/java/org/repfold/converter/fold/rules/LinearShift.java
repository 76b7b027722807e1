package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * A layer followed by an addition or subtraction of constants, one for each output or one for all,
 * becomes the layer alone: {@code b'[o] = b[o] + t[o]}. Also through what rearranges the layer's
 * outputs. A MatMul keeps one addition behind it, which is its bias.
 *
 * <p>Refuses when something else also takes the layer's output.
 */
public final class LinearShift implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<BehindLayer> found =
        node.operator() instanceof Operator.Elementwise
            ? BehindLayer.of(graph, node).filter(f -> f.affine().scalesNothing())
            : Optional.empty();
    return found.map(behind -> behind.foldIfLess(graph)).orElseGet(Match::none);
  }
}
