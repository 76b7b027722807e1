package org.repfold.converter.fold.fuzz;

import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.graph.Graph;

/** Checks random graphs by their seeds and says what fails, and on which small graph. */
final class FuzzCase {
  private final FoldProperties properties;

  FuzzCase(List<FoldRule> rules) {
    this.properties = new FoldProperties(rules);
  }

  /** Checks a graph and counts what was folded; of what kind its failure is, if it fails. */
  Optional<String> check(Graph graph, FoldCoverage coverage) {
    return thrown(graph, coverage).map(FuzzCase::kind);
  }

  /** What is wrong with the graph of a seed, for people; empty if nothing is. */
  Optional<String> report(long seed) {
    Graph graph = RandomGraph.of(seed);
    if (failure(graph).isEmpty()) {
      return Optional.empty();
    }
    Graph smallest = new Shrinker(this::failure).shrink(graph);
    return Optional.of(
        "seed %d: %s%n%s"
            .formatted(
                seed, thrown(smallest, new FoldCoverage()).orElseThrow(), GraphCode.of(smallest)));
  }

  /** Of what kind the failure of a graph is. */
  Optional<String> failure(Graph graph) {
    return check(graph, new FoldCoverage());
  }

  /** The message of a failure without names and numbers. */
  private static String kind(Throwable error) {
    return error
        .toString()
        .replaceAll("'[^']*'", "name")
        .replaceAll("-?[0-9][0-9.E-]*|NaN|Infinity", "number")
        .replaceAll("[{\\[(].*[)\\]}]", "list");
  }

  private Optional<Throwable> thrown(Graph graph, FoldCoverage coverage) {
    try {
      properties.check(graph, coverage);
      return Optional.empty();
    } catch (AssertionError | RuntimeException e) {
      return Optional.of(e);
    }
  }
}
