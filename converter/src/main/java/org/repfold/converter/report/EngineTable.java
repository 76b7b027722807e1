package org.repfold.converter.report;

import java.util.List;
import org.repfold.converter.verify.EngineResult;

/** How near to the truth each form is in each engine, on each kind of input. */
final class EngineTable {
  static final String NOT_FINITE = "not finite";

  private EngineTable() {}

  /** The error that is judged; a number only if every value is one. */
  static String error(EngineResult result) {
    return result.errors().notFinite() > 0 ? NOT_FINITE : Numbers.scientific(result.relativeL2());
  }

  static void draw(Markup out, List<EngineResult> rows) {
    out.open("div", "class", "scroll").open("table", "class", "wide").open("thead").open("tr");
    out.element("th", "Form").element("th", "Engine").element("th", "Inputs");
    for (String title :
        List.of("Relative L2 error", "Bound", "Largest error", "Signal to noise", "Same class")) {
      out.element("th", title, "class", "n");
    }
    out.element("th", "").close().close().open("tbody");
    for (EngineResult row : rows) {
      Double noise = row.errors().signalToNoise();
      out.open("tr").open("th", "scope", "row");
      out.element("i", "", "class", "swatch " + row.form()).text(row.form()).close();
      out.element("td", row.engine()).element("td", row.inputs());
      out.element("td", error(row), "class", "n");
      out.element("td", Numbers.scientific(row.allowed()), "class", "n");
      out.element("td", Numbers.scientific(row.errors().absolute().max()), "class", "n");
      out.element(
          "td",
          noise == null ? Numbers.NONE : Numbers.significant(noise) + "\u2009dB",
          "class",
          "n");
      out.element("td", Numbers.percent(row.predictions().top1Agreement()), "class", "n");
      out.element("td", row.passed() ? "\u2713" : "\u2717", "class", row.passed() ? "ok" : "bad");
      out.close();
    }
    out.close().close().closeLine();
  }
}
