package org.repfold.converter.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.repfold.converter.verify.EngineResult;
import org.repfold.converter.verify.FoldCheck;
import org.repfold.converter.verify.certificate.Certificate;

/** The gist of a report for a pull request. */
final class MarkdownSummary {
  private final StringBuilder out = new StringBuilder();

  private MarkdownSummary() {}

  static String of(Report report) {
    MarkdownSummary summary = new MarkdownSummary();
    summary.write(report);
    return summary.out.toString();
  }

  private void write(Report report) {
    line(
        "# Repfold: " + VerdictSection.verdict(report) + (report.passed() ? " \u2705" : " \u274c"));
    line("");
    report.failures().forEach(failure -> line("- **failed** " + escaped(failure)));
    if (!report.failures().isEmpty()) {
      line("");
    }
    questions(report);
    sizes(report);
    if (!report.accuracies().isEmpty()) {
      head("Form", "Engine", "Data", "Images", "Accuracy", "Same prediction");
      for (Accuracy row : report.accuracies()) {
        row(
            row.form(),
            row.engine(),
            row.inputs(),
            Numbers.count(row.samples()),
            Numbers.percent(row.accuracy()),
            Numbers.percent(row.samePredictions()));
      }
      line("");
    }
    speed(report);
    folds(report);
    for (Provenance.File file : report.provenance().files()) {
      line(
          "- " + escaped(file.role()) + ": " + escaped(file.name()) + ", SHA-256 " + file.sha256());
    }
    line("- Repfold " + escaped(report.provenance().repfoldVersion()));
  }

  private void questions(Report report) {
    EngineResult deploy = report.behaviour().deploy();
    head("Question", "Result", "Found", "Bound");
    row(
        "Algebra: largest relative difference in float64",
        result(report.algebra().passed()),
        Numbers.scientific(report.algebra().maxRelative()),
        Numbers.scientific(
            report.values().stream().mapToDouble(value -> value.bound()).min().orElse(Double.NaN)));
    row(
        "Algebra: folds certified for all inputs",
        result(report.algebra().passed()),
        Numbers.count(report.algebra().certified()),
        "of " + Numbers.count(report.algebra().folds()));
    row(
        "Rounding: largest distance of a weight in ULP",
        result(report.rounding().passed()),
        Numbers.significant(report.rounding().maxUlp()),
        Numbers.significant(report.rounding().bound()));
    row(
        "Behaviour: relative L2 error in float32",
        result(report.behaviour().passed()),
        EngineTable.error(deploy),
        Numbers.scientific(deploy.allowed()));
    line("");
  }

  private void sizes(Report report) {
    GraphSummary before = report.before();
    GraphSummary after = report.after();
    head("", "Train form", "Deploy form");
    row(
        "Operators",
        Numbers.count(SizeTable.operators(before)),
        Numbers.count(SizeTable.operators(after)));
    TreeSet<String> operators = new TreeSet<>(before.operators().keySet());
    operators.addAll(after.operators().keySet());
    for (String operator : operators) {
      row(
          operator,
          Integer.toString(before.operators().getOrDefault(operator, 0)),
          Integer.toString(after.operators().getOrDefault(operator, 0)));
    }
    row("Parameters", Numbers.count(before.parameters()), Numbers.count(after.parameters()));
    row("FLOPs per sample", Numbers.count(before.flops()), Numbers.count(after.flops()));
    line("");
  }

  private void speed(Report report) {
    if (report.timings().speed().isEmpty()) {
      return;
    }
    head("Form", "Engine", "Batch", "Median ms", "p95 ms", "Speed-up");
    for (Timings.Speed row : report.timings().speed()) {
      row(
          row.form(),
          row.engine(),
          Integer.toString(row.batch()),
          Numbers.significant(row.medianMs()),
          Numbers.significant(row.p95Ms()),
          SpeedChart.trainOf(row, report.timings().speed())
              .filter(train -> row.form().equals("deploy"))
              .map(train -> Numbers.times(train.medianMs() / row.medianMs()))
              .orElse(Numbers.NONE));
    }
    line("");
  }

  private void folds(Report report) {
    Map<String, List<FoldCheck>> rules =
        report.folds().stream()
            .collect(
                Collectors.groupingBy(FoldCheck::rule, LinkedHashMap::new, Collectors.toList()));
    head("Rule", "Folds", "Certified for all inputs");
    rules.forEach(
        (rule, folds) -> row(rule, Numbers.count(folds.size()), Numbers.count(certified(folds))));
    line("");
    if (!report.refusals().isEmpty()) {
      line(report.refusals().size() + " refused; see report.html.");
      line("");
    }
  }

  private static long certified(List<FoldCheck> folds) {
    return folds.stream()
        .filter(fold -> fold.certificate().outcome() == Certificate.Outcome.CERTIFIED)
        .count();
  }

  private static String result(boolean passed) {
    return passed ? "passed" : "**failed**";
  }

  private void head(String... titles) {
    row(titles);
    line("|" + "---|".repeat(titles.length));
  }

  private void row(String... cells) {
    out.append('|');
    for (String cell : cells) {
      out.append(' ').append(cell.startsWith("**") ? cell : escaped(cell)).append(" |");
    }
    out.append('\n');
  }

  private void line(String text) {
    out.append(text).append('\n');
  }

  /** Text without meaning to Markdown or HTML. */
  private static String escaped(String text) {
    return text.replaceAll("[\\\\`*_\\[\\]|#~]", "\\\\$0")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replaceAll("\\p{Cntrl}", " ");
  }
}
