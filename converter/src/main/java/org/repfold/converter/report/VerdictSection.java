package org.repfold.converter.report;

import java.util.Optional;
import org.repfold.converter.verify.Algebra;
import org.repfold.converter.verify.Behaviour;
import org.repfold.converter.verify.EngineResult;
import org.repfold.converter.verify.FirstFailure;
import org.repfold.converter.verify.Rounding;
import org.repfold.converter.verify.ValueCheck;

/** The top of the page: the verdict, what it bought, and the three questions with their answers. */
final class VerdictSection {
  private VerdictSection() {}

  static String verdict(Report report) {
    return report.passed() ? "equivalent" : "not equivalent";
  }

  static void header(Markup out, Report report) {
    out.open("header", "class", report.passed() ? "passed" : "failed").open("div");
    out.element("p", "Repfold conversion report", "class", "brand");
    out.open("h1").element("span", report.passed() ? "\u2713" : "\u2717", "class", "mark");
    out.text(report.passed() ? "Equivalent" : "Not equivalent").close();
    out.element(
        "p",
        report.passed()
            ? "The deploy form computes what the train form computes: all three questions are answered with yes."
            : "The deploy form does not compute what the train form computes. "
                + report.failures().size()
                + (report.failures().size() == 1 ? " check" : " checks")
                + " failed.",
        "class",
        "lead");
    figures(out, report);
    out.close().closeLine();
  }

  private static void figures(Markup out, Report report) {
    GraphSummary before = report.before();
    GraphSummary after = report.after();
    out.open("dl", "class", "figures");
    figure(
        out,
        "Operators",
        Numbers.count(SizeTable.operators(before)),
        Numbers.count(SizeTable.operators(after)));
    figure(out, "Parameters", compact(before.parameters()), compact(after.parameters()));
    figure(out, "FLOPs per sample", compact(before.flops()), compact(after.flops()));
    bestSpeed(report)
        .ifPresent(
            row -> {
              Timings.Speed train = SpeedChart.trainOf(row, report.timings().speed()).orElseThrow();
              figure(
                  out,
                  "Latency, " + row.engine() + ", batch " + row.batch(),
                  Numbers.significant(train.medianMs()),
                  Numbers.significant(row.medianMs()) + " ms");
            });
    EngineResult deploy = report.behaviour().deploy();
    if (deploy.predictions().accuracy() != null) {
      figure(
          out,
          "Accuracy, " + deploy.inputs(),
          Numbers.percent(report.behaviour().train().predictions().accuracy()),
          Numbers.percent(deploy.predictions().accuracy()));
    }
    out.close();
  }

  private static String compact(long value) {
    return Numbers.compact(value);
  }

  /** The first deploy form that was measured on the train form's own engine. */
  private static Optional<Timings.Speed> bestSpeed(Report report) {
    return report.timings().speed().stream()
        .filter(row -> row.form().equals("deploy"))
        .filter(
            row ->
                SpeedChart.trainOf(row, report.timings().speed())
                    .filter(train -> train.engine().equals(row.engine()))
                    .isPresent())
        .findFirst();
  }

  private static void figure(Markup out, String label, String before, String after) {
    out.open("div").element("dt", label).open("dd");
    out.element("span", before, "class", "before").element("span", " \u2192 ", "class", "arrow");
    out.element("span", after, "class", "after").close().close();
  }

  static void questions(Markup out, Report report) {
    out.open("section", "id", "questions", "class", "cards");
    algebra(out, report);
    rounding(out, report.rounding());
    behaviour(out, report.behaviour());
    out.closeLine();
  }

  private static void card(Markup out, boolean passed, String title, String question) {
    out.open("article", "class", passed ? "card passed" : "card failed");
    out.open("h2").text(title);
    out.element("span", passed ? "\u2713 passed" : "\u2717 failed", "class", "badge").close();
    out.element("p", question, "class", "lead");
  }

  private static void number(Markup out, String value, String label) {
    out.element("p", value, "class", "number").element("p", label, "class", "unit");
  }

  private static void fact(Markup out, String label, String value) {
    out.open("tr").element("th", label, "scope", "row").element("td", value).close();
  }

  private static void algebra(Markup out, Report report) {
    Algebra algebra = report.algebra();
    double bound = report.values().stream().mapToDouble(ValueCheck::bound).min().orElse(0);
    card(
        out,
        algebra.passed(),
        "1. Algebra",
        "Is the fold right? Both forms in float64, weights not rounded.");
    number(
        out,
        algebra.maxRelative() == null
            ? EngineTable.NOT_FINITE
            : Numbers.scientific(algebra.maxRelative()),
        "largest relative difference");
    out.open("table").open("tbody");
    fact(out, "Bound", Numbers.scientific(bound));
    fact(out, "At the output", Numbers.scientific(algebra.maxRelativeOutput()));
    fact(out, "Folds certified for all inputs", algebra.certified() + " of " + algebra.folds());
    fact(out, "Layers compared", Numbers.count(report.values().size()));
    fact(out, "Numbers compared", Numbers.count(algebra.values()));
    out.close().close().close();
  }

  private static void rounding(Markup out, Rounding rounding) {
    card(
        out,
        rounding.passed(),
        "2. Rounding",
        "Are the shipped weights the best ones that float32 has?");
    number(
        out,
        rounding.maxUlp() == null ? "\u221e" : Numbers.significant(rounding.maxUlp()) + " ULP",
        "largest distance from the exact weight");
    out.open("table").open("tbody");
    fact(out, "Bound", "0.5\u2009+\u2009" + "2\u207b\u00b2\u2079 ULP");
    fact(out, "Correctly rounded", Numbers.percent(rounding.correctlyRounded()));
    fact(out, "Weights compared", Numbers.count(rounding.values()));
    if (rounding.worst() != null) {
      fact(
          out,
          "Farthest",
          rounding.worst().node()
              + ", "
              + rounding.worst().tensor()
              + "["
              + rounding.worst().index()
              + "]");
    }
    out.close().close().close();
  }

  private static void behaviour(Markup out, Behaviour behaviour) {
    EngineResult train = behaviour.train();
    EngineResult deploy = behaviour.deploy();
    card(
        out,
        behaviour.passed(),
        "3. Behaviour",
        "What will a user see? Both forms in float32 against the float64 truth.");
    number(out, EngineTable.error(deploy), "relative L2 error of the deploy form");
    out.open("table").open("tbody");
    fact(out, "Bound", Numbers.scientific(deploy.allowed()));
    fact(out, "Train form\u2019s error", Numbers.scientific(train.relativeL2()));
    fact(
        out,
        "Same prediction",
        Numbers.percent(deploy.predictions().top1Agreement())
            + " of "
            + Numbers.count(deploy.predictions().samples()));
    fact(
        out,
        "Largest logit error",
        deploy.errors().notFinite() > 0
            ? EngineTable.NOT_FINITE
            : Numbers.scientific(deploy.errors().absolute().max()));
    fact(out, "Compared in", deploy.engine() + " on " + deploy.inputs());
    out.close().close().close();
  }

  static void failures(Markup out, Report report) {
    if (report.failures().isEmpty()) {
      return;
    }
    out.open("section", "id", "failures", "class", "failed").element("h2", "What failed");
    FirstFailure first = report.firstFailure();
    if (first != null) {
      out.open("p").text("The first value to leave its bound is ").element("code", first.node());
      if (first.fold() != null) {
        out.text(", made by ").element("code", first.fold()).text(" of ");
        out.element("code", String.join(", ", first.consumed()));
      }
      out.text(
          ": at index %s of probe %s expected %s, found %s."
              .formatted(first.index(), first.probe(), first.expected(), first.found()));
      out.close();
    }
    out.open("ul");
    report.failures().forEach(failure -> out.element("li", failure));
    out.close().closeLine();
  }
}
