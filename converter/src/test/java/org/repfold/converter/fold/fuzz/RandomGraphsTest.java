package org.repfold.converter.fold.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.FoldRules;
import org.repfold.converter.lower.Lowering;
import org.repfold.graph.Graph;

/**
 * Folds and lowers graphs that nobody designed: whatever the rules do to them, the function stays.
 */
class RandomGraphsTest {
  private static final int FEW = 500;
  private static final int MANY = 20_000;

  /** Failures of different kinds that are shrunk and told. */
  private static final int TOLD = 5;

  /** Rules that apply wherever their pattern is there, and why. */
  private static final Map<String, String> NEVER_REFUSED =
      Map.of(
          "RemoveIdentity",
          "its value is its input's",
          "BatchNormGlobalAveragePool",
          "a mean commutes with any scale and shift",
          "EvaluateConstants",
          "the value is known",
          "ErfGelu",
          "it is the definition",
          "InverseTransposes",
          "both together move nothing");

  private final FuzzCase fuzz = new FuzzCase(FoldRules.all());

  @Test
  void foldingAndLoweringKeepTheFunctionOfAnyGraph() {
    check(FEW);
  }

  @Test
  @Tag("slow")
  void everyRuleFoldsAndRefusesInManyGraphs() throws IOException {
    FoldCoverage coverage = check(MANY);

    coverage.write(Path.of("target", "fold-coverage.md"), FoldRules.all());
    for (FoldRule rule : FoldRules.all()) {
      assertTrue(coverage.folds(rule) > 0, () -> rule.name() + " never folded");
      assertTrue(
          coverage.refusals(rule) > 0 || NEVER_REFUSED.containsKey(rule.name()),
          () -> rule.name() + " never refused");
    }
    for (FoldRule rule : Lowering.all()) {
      assertTrue(coverage.folds(rule) > 0, () -> rule.name() + " never lowered");
    }
  }

  private FoldCoverage check(int graphs) {
    FoldCoverage coverage = new FoldCoverage();
    Map<String, Long> failures = new TreeMap<>();
    int failed = 0;
    for (long seed = 0; seed < graphs; seed++) {
      Graph graph = RandomGraph.of(seed);
      Optional<String> failure = fuzz.check(graph, coverage);
      if (failure.isPresent()) {
        failures.putIfAbsent(failure.get(), seed);
        failed++;
      }
    }
    if (failed > 0) {
      StringBuilder message = new StringBuilder(failed + " of " + graphs + " graphs fail\n");
      failures.values().stream()
          .limit(TOLD)
          .forEach(seed -> message.append(fuzz.report(seed).orElseThrow()).append('\n'));
      throw new AssertionError(message);
    }
    return coverage;
  }
}
