package org.repfold.converter.lower;

import java.util.List;
import java.util.Map;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;

/** A reshape to the shape that its input has already is removed. */
public final class RemoveReshape implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Movement.Reshape)
        || graph.isOutput(node.name())
        || !graph.shape(node.name()).equals(graph.shape(node.input()))) {
      return Match.none();
    }
    return new Match.Replacement(
        List.of(node.name()), List.of(), Map.of(node.name(), node.input()));
  }
}
