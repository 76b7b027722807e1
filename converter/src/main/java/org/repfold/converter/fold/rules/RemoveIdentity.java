package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.Map;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * A node that gives its input back is removed: Identity, and in inference Dropout and DropPath,
 * which readers read as Identity.
 *
 * <p>Stays where the network gives the node's own value as an output, whose name must not change.
 */
public final class RemoveIdentity implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.Identity) || graph.isOutput(node.name())) {
      return Match.none();
    }
    return new Match.Replacement(
        List.of(node.name()), List.of(), Map.of(node.name(), node.input()));
  }
}
