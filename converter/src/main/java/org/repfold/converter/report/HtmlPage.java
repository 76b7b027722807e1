package org.repfold.converter.report;

import java.util.List;
import java.util.stream.Stream;
import org.repfold.converter.verify.ValueCheck;

/**
 * A report as one page that loads nothing: styles and drawings are inside it, and it needs no
 * script. It is well-formed XML.
 */
final class HtmlPage {
  private final Report report;
  private final Markup out;

  private HtmlPage(Report report) {
    this.report = report;
    this.out = new Markup("<!DOCTYPE html>\n");
  }

  static String of(Report report) {
    return new HtmlPage(report).write();
  }

  private String write() {
    out.open("html", "xmlns", "http://www.w3.org/1999/xhtml", "lang", "en").open("head");
    out.empty("meta", "charset", "utf-8");
    out.empty("meta", "name", "viewport", "content", "width=device-width, initial-scale=1");
    out.empty("meta", "name", "color-scheme", "content", "light dark");
    out.element("title", "Repfold report: " + VerdictSection.verdict(report));
    out.style(Styles.DRAWING + Styles.PAGE).close().open("body");
    VerdictSection.header(out, report);
    out.open("main");
    VerdictSection.questions(out, report);
    VerdictSection.failures(out, report);
    section("graph", "Network before and after", "Every operator of both forms, block by block.");
    SizeTable.draw(out, report.before(), report.after());
    NetworkDrawing.draw(out, report.before(), report.after());
    out.closeLine();
    errors();
    if (!report.accuracies().isEmpty()) {
      section("accuracy", "Accuracy", "On real data, in every engine.");
      AccuracyTable.draw(out, report.accuracies());
      out.closeLine();
    }
    if (!report.timings().speed().isEmpty()) {
      section("speed", "Speed", "On the machine named under provenance. Less is better.");
      SpeedChart.draw(out, report.timings().speed());
      out.closeLine();
    }
    training();
    section("folds", "Folds", foldSentence());
    FoldTable.draw(out, report);
    out.closeLine();
    section("provenance", "Provenance", "What this report was made of and with.");
    ProvenanceTable.draw(out, report);
    out.closeLine();
    out.close();
    out.element(
        "footer",
        "Repfold "
            + report.provenance().repfoldVersion()
            + ". The same numbers are in report.json.");
    return out.close().close().finish();
  }

  private void section(String id, String title, String explanation) {
    out.open("section", "id", id).element("h2", title);
    out.element("p", explanation, "class", "lead");
  }

  private void errors() {
    section(
        "errors",
        "Error by layer",
        "Relative L2 error of both forms in float32 against the train form in float64, at each value that both compute. Lower is better.");
    LayerChart.draw(
        out,
        "Error by layer in float32",
        "relative L2 error",
        report.values(),
        LayerChart.Shape.FULL,
        List.of(
            new LayerChart.Series("train", "Train form, float32", ValueCheck::trainRelativeL2),
            new LayerChart.Series("deploy", "Deploy form, float32", ValueCheck::deployRelativeL2)));
    out.open("div", "class", "pair").open("div");
    out.element("h3", "Both forms in float64");
    LayerChart.draw(
        out,
        "Difference of both forms in float64 by layer",
        "relative difference",
        report.values(),
        LayerChart.Shape.HALF,
        List.of(
            new LayerChart.Series("algebra", "Train form against deploy form", ValueCheck::algebra),
            new LayerChart.Series(LayerChart.BOUND, "Bound", ValueCheck::bound)));
    out.close().open("div").element("h3", "Logit differences");
    HistogramChart.draw(out, report.outputDifferences());
    out.close().close();
    out.element("h3", "At the output, in every engine");
    EngineTable.draw(out, report.behaviour().engines());
    out.closeLine();
  }

  private void training() {
    List<Timings.Epoch> epochs = report.timings().training();
    if (epochs.isEmpty()) {
      return;
    }
    double seconds = epochs.stream().mapToDouble(Timings.Epoch::seconds).sum();
    section(
        "training",
        "Training",
        "The train form's "
            + epochs.size()
            + " epochs took "
            + Numbers.significant(seconds)
            + " s.");
    out.open("div", "class", "pair").open("div").element("h3", "Accuracy");
    TrainingChart.accuracy(out, epochs);
    out.close().open("div").element("h3", "Loss");
    TrainingChart.loss(out, epochs);
    out.close().close().closeLine();
  }

  private String foldSentence() {
    long passed = report.folds().stream().filter(fold -> fold.passed()).count();
    long refused = report.refusals().size();
    return Stream.of(
            passed + " of " + report.folds().size() + " folds verified",
            refused == 0 ? "none refused." : refused + " refused.")
        .collect(java.util.stream.Collectors.joining(", "));
  }
}
