package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;

/**
 * A convolution, transposed convolution or dense layer followed by a BatchNormalization becomes the
 * layer alone.
 *
 * <p>With the normalisation as {@code s x + t} per channel: {@code W'[o] = s[o] W[o]}, {@code b'[o]
 * = s[o] b[o] + t[o]} (Jacob et al. 2018, section 3.2; RepVGG, section 3.3). Any groups, stride,
 * padding and dilation.
 *
 * <p>Refuses when something else also takes the layer's output, which would then have to be
 * computed twice, and when an activation stands between the two.
 */
public final class ConvBatchNorm implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.BatchNormalization)) {
      return Match.none();
    }
    Optional<Node> activation = graph.find(node.input(), Unary.class);
    if (activation.isPresent()) {
      return behindActivation(graph, activation.get(), node);
    }
    return BehindLayer.of(graph, node)
        .filter(found -> found.path().isEmpty())
        .map(found -> found.fold(graph))
        .orElseGet(Match::none);
  }

  private static Match behindActivation(GraphView graph, Node activation, Node norm) {
    return Layer.endingAt(graph, activation.input())
        .map(
            layer ->
                Match.refused(
                    "'"
                        + activation.name()
                        + "' stands between '"
                        + layer.value()
                        + "' and '"
                        + norm.name()
                        + "'",
                    activation.name(),
                    layer.value()))
        .orElseGet(Match::none);
  }
}
