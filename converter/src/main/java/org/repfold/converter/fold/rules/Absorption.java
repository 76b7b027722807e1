package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/** Folds a node that scales and shifts into those who take its value. */
final class Absorption {
  private Absorption() {}

  /** Folds it into the only node that takes its value, where that leaves less work. */
  static Match bySingleConsumer(GraphView graph, Node node, Absorber absorber) {
    if (!graph.hasSingleUse(node.name())) {
      return Match.none();
    }
    Optional<Affine> affine = Affine.of(graph, node);
    if (affine.isEmpty()) {
      return Match.none();
    }
    String operand = Affine.operand(graph, node).orElseThrow();
    Match match =
        absorber.absorb(
            graph,
            new Absorber.Scaled(node.name(), operand, affine.get()),
            graph.consumers(node.name()).get(0));
    if (!(match instanceof Match.Replacement replacement)) {
      return match;
    }
    Match.Replacement whole = together(List.of(node.name()), List.of(), List.of(replacement));
    return Work.isLessAfter(graph, whole) ? whole : Match.none();
  }

  /**
   * One replacement that does several, besides consuming and producing some nodes.
   *
   * @param produced nodes before those that the replacements produce
   */
  static Match.Replacement together(
      List<String> consumed, List<Node> produced, List<Match.Replacement> replacements) {
    List<String> allConsumed = new ArrayList<>(consumed);
    List<Node> allProduced = new ArrayList<>(produced);
    Map<String, String> values = new HashMap<>();
    for (Match.Replacement replacement : replacements) {
      allConsumed.addAll(replacement.consumed());
      allProduced.addAll(replacement.produced());
      values.putAll(replacement.values());
    }
    return new Match.Replacement(allConsumed, allProduced, values);
  }
}
