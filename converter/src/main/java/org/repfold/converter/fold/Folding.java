package org.repfold.converter.fold;

import java.util.List;
import java.util.Map;
import org.repfold.graph.Graph;

/**
 * The outcome of folding one graph.
 *
 * @param source the graph as it was
 * @param folded the graph after all folds, parameters in float64 and not rounded
 * @param steps the folds, in the order in which they were applied
 * @param refusals the folds that nearly applied to what is left
 * @param equivalents for each value of {@code folded} that stands for one of {@code source}, the
 *     latter's name: both are the same function of the input in real arithmetic
 */
public record Folding(
    Graph source,
    Graph folded,
    List<FoldStep> steps,
    List<Refusal> refusals,
    Map<String, String> equivalents) {
  public Folding {
    steps = List.copyOf(steps);
    refusals = List.copyOf(refusals);
    equivalents = Map.copyOf(equivalents);
  }
}
