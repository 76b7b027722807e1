package org.repfold.converter.fold.rules;

import java.util.List;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/** Words the refusal of a fold that would have to compute a value twice. */
final class Uses {
  private Uses() {}

  /** Refuses since something besides the sum that it is part of takes an addend. */
  static Match refuseAddend(GraphView graph, String addend) {
    List<Node> consumers = graph.consumers(addend);
    Node user =
        consumers.stream()
            .filter(node -> node.operator() instanceof Operator.Add)
            .findFirst()
            .orElse(consumers.get(0));
    return refuse(graph, addend, user.name());
  }

  /** Refuses since something besides {@code user} takes {@code value}. */
  static Match refuse(GraphView graph, String value, String user) {
    List<String> others =
        graph.consumers(value).stream().map(Node::name).filter(name -> !name.equals(user)).toList();
    if (others.isEmpty()) {
      String reason =
          graph.isOutput(value) ? "is also an output of the network" : "is used twice by " + user;
      return Match.refused("'" + value + "' " + reason, value);
    }
    List<String> culprits = new java.util.ArrayList<>(List.of(value));
    culprits.addAll(others);
    return new Match.Refused(
        "the output of '" + value + "' is also used by '" + String.join("', '", others) + "'",
        culprits);
  }
}
