package org.repfold.converter.fold;

import java.util.List;

/**
 * A fold that nearly applied.
 *
 * @param rule the rule's name
 * @param nodes the culprits, first the node at which the rule was tried
 * @param reason one sentence that says why the fold would not be exact
 */
public record Refusal(String rule, List<String> nodes, String reason) {
  public Refusal {
    nodes = List.copyOf(nodes);
  }
}
