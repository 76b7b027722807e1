package org.repfold.converter.fold;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.repfold.graph.Node;
import org.repfold.graph.Tensor;

/** What a rule says of a node. */
public sealed interface Match {

  /** The rule's pattern is not there. */
  record None() implements Match {}

  /**
   * The pattern is there, but the fold would not be exact.
   *
   * @param reason one sentence
   * @param culprits names of the nodes that stand in the way
   */
  record Refused(String reason, List<String> culprits) implements Match {
    public Refused {
      culprits = List.copyOf(culprits);
    }
  }

  /**
   * The fold applies.
   *
   * @param consumed names of the nodes to take away
   * @param produced the nodes to put in their place, each after those whose values it takes; names
   *     may be those of consumed nodes
   * @param values for each value of a consumed node that the rest of the graph takes: the value to
   *     take instead, which is the same function of the graph's inputs
   */
  record Replacement(List<String> consumed, List<Node> produced, Map<String, String> values)
      implements Match {
    public Replacement {
      consumed = List.copyOf(consumed);
      produced = List.copyOf(produced);
      values = Map.copyOf(values);
    }

    /** This replacement, its nodes' parameters changed to ones of the same shapes. */
    Replacement withParameters(UnaryOperator<Tensor> change) {
      return new Replacement(
          consumed,
          produced.stream()
              .map(node -> node.withOperator(node.operator().mapParameters(change)))
              .toList(),
          values);
    }
  }

  static Match none() {
    return new None();
  }

  static Match refused(String reason, String... culprits) {
    return new Refused(reason, List.of(culprits));
  }

  /** Consumes the given nodes; the last one's value is now that of the last produced node. */
  static Match replace(List<Node> consumed, List<Node> produced) {
    return new Replacement(
        consumed.stream().map(Node::name).toList(),
        produced,
        Map.of(consumed.get(consumed.size() - 1).name(), produced.get(produced.size() - 1).name()));
  }
}
