package org.repfold.converter.lower;

import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Unary;

/**
 * A function of each element of a reshaped value becomes the function followed by the reshape,
 * which can then merge with the next one.
 */
public final class ActivationBeforeReshape implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Unary)) {
      return Match.none();
    }
    Optional<Node> reshape =
        graph
            .find(node.input(), Movement.Reshape.class)
            .filter(found -> graph.hasSingleUse(found.name()));
    return reshape.map(found -> swapped(graph, found, node)).orElseGet(Match::none);
  }

  private static Match swapped(GraphView graph, Node reshape, Node activation) {
    Node inner =
        new Node(
            graph.freshName(activation.name() + "/flat"), activation.operator(), reshape.inputs());
    return Match.replace(
        List.of(reshape, activation),
        List.of(inner, new Node(activation.name(), reshape.operator(), inner.name())));
  }
}
