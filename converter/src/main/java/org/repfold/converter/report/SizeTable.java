package org.repfold.converter.report;

import java.util.TreeSet;

/** How many operators of each type both forms have. */
final class SizeTable {
  private SizeTable() {}

  static long operators(GraphSummary graph) {
    return graph.operators().values().stream().mapToLong(count -> count).sum();
  }

  static void draw(Markup out, GraphSummary before, GraphSummary after) {
    TreeSet<String> operators = new TreeSet<>(before.operators().keySet());
    operators.addAll(after.operators().keySet());
    long most =
        operators.stream()
            .mapToLong(
                name ->
                    Math.max(
                        before.operators().getOrDefault(name, 0),
                        after.operators().getOrDefault(name, 0)))
            .max()
            .orElse(1);
    out.open("table", "class", "counts").open("thead").open("tr");
    out.element("th", "Operator").element("th", "Train form", "class", "n").element("th", "");
    out.element("th", "Deploy form", "class", "n").element("th", "");
    out.close().close().open("tbody");
    for (String name : operators) {
      int had = before.operators().getOrDefault(name, 0);
      int has = after.operators().getOrDefault(name, 0);
      out.open("tr", "class", has == 0 ? "gone" : null).element("th", name, "scope", "row");
      count(out, had, most, "train");
      count(out, has, most, "deploy");
      out.close();
    }
    out.open("tr", "class", "total").element("th", "All", "scope", "row");
    out.element("td", Numbers.count(operators(before)), "class", "n").element("td", "");
    out.element("td", Numbers.count(operators(after)), "class", "n").element("td", "");
    out.close().close().closeLine();
  }

  private static void count(Markup out, int count, long most, String style) {
    out.element("td", Integer.toString(count), "class", "n").open("td", "class", "bar-cell");
    out.open("svg", "viewBox", "0 0 100 10", "preserveAspectRatio", "none", "aria-hidden", "true");
    out.empty("rect", "class", "bar " + style, "width", 100.0 * count / most, "height", 10);
    out.close().close();
  }
}
