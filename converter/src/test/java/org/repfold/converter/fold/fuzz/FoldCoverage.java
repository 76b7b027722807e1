package org.repfold.converter.fold.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.FoldStep;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.fold.Refusal;

/** How often each rule was applied and refused. */
final class FoldCoverage {
  private final Map<String, Integer> folds = new HashMap<>();
  private final Map<String, Integer> refusals = new HashMap<>();

  void add(Folding folding) {
    folding.steps().stream().map(FoldStep::rule).forEach(rule -> count(folds, rule));
    folding.refusals().stream().map(Refusal::rule).forEach(rule -> count(refusals, rule));
  }

  int folds(FoldRule rule) {
    return folds.getOrDefault(rule.name(), 0);
  }

  int refusals(FoldRule rule) {
    return refusals.getOrDefault(rule.name(), 0);
  }

  /** Writes a Markdown table. */
  void write(Path file, List<FoldRule> rules) throws IOException {
    Files.createDirectories(file.getParent());
    Files.write(
        file,
        Stream.concat(
                Stream.of("| rule | folds | refusals |", "|---|---:|---:|"),
                rules.stream().map(this::row))
            .toList());
  }

  private String row(FoldRule rule) {
    return "| `%s` | %d | %d |".formatted(rule.name(), folds(rule), refusals(rule));
  }

  private static void count(Map<String, Integer> counts, String rule) {
    counts.merge(rule, 1, Integer::sum);
  }
}
