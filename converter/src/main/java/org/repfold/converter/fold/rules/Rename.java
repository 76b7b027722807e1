package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.function.UnaryOperator;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * Gives a node another name and changes nothing else. Standing behind folds, it calls what they
 * left as a deploy form that is known by its names does; no graph needs it to be exact.
 *
 * <p>Refuses a name that another value has.
 *
 * @param names the new name for each old one; the new one must stay as it is
 */
public record Rename(UnaryOperator<String> names) implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    String name = names.apply(node.name());
    if (name.equals(node.name())) {
      return Match.none();
    } else if (graph.isInput(name) || graph.find(name).isPresent()) {
      return Match.refused("another value has the name '" + name + "'", name);
    }
    return Match.replace(List.of(node), List.of(new Node(name, node.operator(), node.inputs())));
  }
}
