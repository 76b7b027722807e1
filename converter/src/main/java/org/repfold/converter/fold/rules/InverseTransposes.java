package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;

/**
 * A transpose that undoes the one before it goes, and so does that one if nothing else takes its
 * value. Exporters surround operators with such pairs, which keeps other folds apart.
 */
public final class InverseTransposes implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Movement.Transpose outer) || graph.isOutput(node.name())) {
      return Match.none();
    }
    Optional<Node> inner = graph.find(node.input(), Movement.Transpose.class);
    if (inner.isEmpty() || !undoes(outer, (Movement.Transpose) inner.get().operator())) {
      return Match.none();
    }
    List<String> both = List.of(inner.get().name(), node.name());
    String operand = inner.get().input();
    return graph.hasSingleUse(inner.get().name())
        ? new Match.Replacement(both, List.of(), Map.of(node.name(), operand))
        : new Match.Replacement(
            both,
            List.of(inner.get()),
            Map.of(inner.get().name(), inner.get().name(), node.name(), operand));
  }

  private static boolean undoes(Movement.Transpose outer, Movement.Transpose inner) {
    List<Integer> permutation = outer.permutation();
    return IntStream.range(0, permutation.size())
        .allMatch(axis -> inner.permutation().get(permutation.get(axis)) == axis);
  }
}
