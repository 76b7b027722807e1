package org.repfold.converter.lower;

import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;

/** A reshape of what is reshaped or flattened becomes the reshape alone. */
public final class MergeReshapes implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Movement.Reshape)) {
      return Match.none();
    }
    Optional<Node> inner =
        graph
            .find(node.input())
            .filter(
                n ->
                    n.operator() instanceof Movement.Reshape
                        || n.operator() instanceof Movement.Flatten)
            .filter(n -> graph.hasSingleUse(n.name()));
    return inner
        .map(n -> Match.replace(List.of(n, node), List.of(node.withInputs(n.inputs()))))
        .orElseGet(Match::none);
  }
}
