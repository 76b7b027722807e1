package org.repfold.converter.report;

import java.util.List;

/** The accuracy of each form in each engine. */
final class AccuracyTable {
  private AccuracyTable() {}

  static void draw(Markup out, List<Accuracy> rows) {
    out.open("table", "class", "wide").open("thead").open("tr");
    out.element("th", "Form").element("th", "Engine").element("th", "Data");
    out.element("th", "Images", "class", "n").element("th", "Accuracy", "class", "n");
    out.element("th", "Same prediction as the truth", "class", "n").close().close().open("tbody");
    for (Accuracy row : rows) {
      boolean truth = row.engine().equals(Accuracy.TRUTH_ENGINE);
      out.open("tr").open("th", "scope", "row");
      out.element("i", "", "class", "swatch " + row.form()).text(row.form()).close();
      out.element("td", row.engine() + (truth ? " (the truth)" : ""));
      out.element("td", row.inputs());
      out.element("td", Numbers.count(row.samples()), "class", "n");
      out.element("td", Numbers.percent(row.accuracy()), "class", "n");
      out.element(
          "td", truth ? Numbers.NONE : Numbers.percent(row.samePredictions()), "class", "n");
      out.close();
    }
    out.close().closeLine();
  }
}
