package org.repfold.converter.fold.rules;

import java.util.function.Predicate;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * Another rule, applied only where every node that it takes away is one of the given ones: folds
 * some parts of a network and leaves the others as they are.
 *
 * @param rule the rule, whose name, algebra and refusals these are
 * @param nodes whether a node of that name may be taken away
 */
public record Within(FoldRule rule, Predicate<String> nodes) implements FoldRule {

  @Override
  public String name() {
    return rule.name();
  }

  @Override
  public Match match(GraphView graph, Node node) {
    if (!nodes.test(node.name())) {
      return Match.none();
    }
    Match match = rule.match(graph, node);
    return match instanceof Match.Replacement replacement
            && !replacement.consumed().stream().allMatch(nodes)
        ? Match.none()
        : match;
  }
}
