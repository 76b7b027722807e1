package org.repfold.converter.fold;

import java.util.List;

/**
 * One applied fold.
 *
 * @param rule the rule's name
 * @param consumed names of the nodes that the fold took away, as they were called before it
 * @param produced names of the nodes that it put in their place
 * @param replaced the value that the consumed nodes computed for the rest of the graph
 * @param result the value that the rest of the graph takes instead
 */
public record FoldStep(
    String rule, List<String> consumed, List<String> produced, String replaced, String result) {
  public FoldStep {
    consumed = List.copyOf(consumed);
    produced = List.copyOf(produced);
  }
}
