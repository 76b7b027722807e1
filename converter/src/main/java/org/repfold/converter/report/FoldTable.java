package org.repfold.converter.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.repfold.converter.fold.FoldStep;
import org.repfold.converter.fold.Refusal;
import org.repfold.converter.verify.FoldCheck;
import org.repfold.converter.verify.certificate.Certificate;

/** Every fold and how well it was verified, by rule, and the folds that were refused. */
final class FoldTable {
  /** A value that a later fold took away, or that the train form has not, cannot be compared. */
  private static final String AT_OUTPUT = "at the outputs";

  private FoldTable() {}

  private record Row(int number, FoldCheck fold, FoldStep step) {}

  static void draw(Markup out, Report report) {
    Map<String, List<Row>> rules = new LinkedHashMap<>();
    for (int i = 0; i < report.folds().size(); i++) {
      FoldCheck fold = report.folds().get(i);
      FoldStep step = i < report.steps().size() ? report.steps().get(i) : null;
      rules.computeIfAbsent(fold.rule(), r -> new ArrayList<>()).add(new Row(i + 1, fold, step));
    }
    rules.forEach((rule, rows) -> rule(out, rule, rows));
    refusals(out, report.refusals());
  }

  private static void rule(Markup out, String rule, List<Row> rows) {
    boolean passed = rows.stream().allMatch(row -> row.fold().passed());
    double worst =
        rows.stream()
            .filter(row -> row.fold().algebra() != null)
            .mapToDouble(row -> row.fold().algebra())
            .max()
            .orElse(Double.NaN);
    out.open("details", "class", "rule", "open", passed ? null : "open").open("summary");
    out.element("span", rule, "class", "name");
    out.element("span", rows.size() + (rows.size() == 1 ? " fold" : " folds"), "class", "n");
    out.element("span", certified(rows), "class", "n");
    out.element("span", Double.isNaN(worst) ? AT_OUTPUT : Numbers.scientific(worst), "class", "n");
    out.element("span", passed ? "\u2713 passed" : "\u2717 failed", "class", passed ? "ok" : "bad");
    out.close();
    out.open("div", "class", "scroll").open("table", "class", "wide").open("thead").open("tr");
    out.element("th", "No.", "class", "n")
        .element("th", "Taken away")
        .element("th", "Put in place");
    out.element("th", "Certificate").element("th", "Relative difference", "class", "n");
    out.element("th", "").close().close().open("tbody");
    rows.forEach(row -> row(out, row));
    out.close().close().close().closeLine();
  }

  private static String certified(List<Row> rows) {
    long certified =
        rows.stream()
            .filter(row -> row.fold().certificate().outcome() == Certificate.Outcome.CERTIFIED)
            .count();
    return certified + " certified";
  }

  private static void row(Markup out, Row row) {
    FoldCheck fold = row.fold();
    out.open("tr").element("td", Integer.toString(row.number()), "class", "n");
    names(out, row.step() == null ? List.of(fold.replaced()) : row.step().consumed());
    if (row.step() != null && !row.step().produced().isEmpty()) {
      names(out, row.step().produced());
    } else {
      out.element("td", "nothing", "class", "muted");
    }
    out.element("td", certificate(fold.certificate()));
    out.element("td", difference(fold), "class", "n");
    out.element("td", fold.passed() ? "\u2713" : "\u2717", "class", fold.passed() ? "ok" : "bad");
    out.close();
  }

  private static String certificate(Certificate certificate) {
    return switch (certificate.outcome()) {
      case CERTIFIED -> "certified, " + Numbers.count(certificate.entries()) + " entries";
      case SAMPLED -> "sampled: " + certificate.reason();
      case REFUTED -> "refuted: " + certificate.mismatch().describe();
    };
  }

  private static String difference(FoldCheck fold) {
    return fold.algebra() == null ? AT_OUTPUT : Numbers.scientific(fold.algebra());
  }

  private static void names(Markup out, List<String> names) {
    out.open("td");
    for (int i = 0; i < names.size(); i++) {
      out.text(i == 0 ? "" : " ").element("code", names.get(i));
    }
    out.close();
  }

  private static void refusals(Markup out, List<Refusal> refusals) {
    out.element("h3", "Refused");
    if (refusals.isEmpty()) {
      out.element("p", "Nothing that is left nearly matches a rule.", "class", "muted");
      return;
    }
    out.open("div", "class", "scroll").open("table", "class", "wide").open("thead").open("tr");
    out.element("th", "Rule").element("th", "Nodes").element("th", "Reason");
    out.close().close().open("tbody");
    for (Refusal refusal : refusals) {
      out.open("tr").element("th", refusal.rule(), "scope", "row");
      names(out, refusal.nodes());
      out.element("td", refusal.reason()).close();
    }
    out.close().close().closeLine();
  }
}
