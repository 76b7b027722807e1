package org.repfold.converter.lower;

import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * An activation of a reshaped value becomes the activation followed by the reshape, which can then
 * merge with the next one. An activation works on each element alone, so its order with a reshape
 * does not matter.
 */
public final class ActivationBeforeReshape implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!isElementByElement(node.operator())) {
      return Match.none();
    }
    Optional<Node> reshape =
        graph
            .find(node.input(), Operator.Reshape.class)
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

  private static boolean isElementByElement(Operator operator) {
    return operator instanceof Operator.Relu
        || operator instanceof Operator.Sigmoid
        || operator instanceof Operator.Gelu;
  }
}
