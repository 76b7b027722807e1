package org.repfold.converter.lower;

import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;

/**
 * A transpose of a transpose becomes one transpose; one that changes nothing then becomes a reshape
 * and goes.
 */
public final class MergeTransposes implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Movement.Transpose outer)) {
      return Match.none();
    }
    Optional<Node> inner =
        graph
            .find(node.input(), Movement.Transpose.class)
            .filter(n -> graph.hasSingleUse(n.name()));
    if (inner.isEmpty()) {
      return Match.none();
    }
    List<Integer> first = ((Movement.Transpose) inner.get().operator()).permutation();
    List<Integer> both = outer.permutation().stream().map(first::get).toList();
    return Match.replace(
        List.of(inner.get(), node),
        List.of(node.withOperator(new Movement.Transpose(both)).withInputs(inner.get().inputs())));
  }
}
