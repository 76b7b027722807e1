package org.repfold.converter.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Latencies as bars, a group for each batch size, beside each deploy form how much faster it is.
 */
final class SpeedChart {
  private static final double WIDTH = 1000;
  private static final double LABEL = 190;
  private static final double FIGURES = 210;
  private static final double ROW = 26;
  private static final double HEAD = 30;

  private SpeedChart() {}

  static void draw(Markup out, List<Timings.Speed> rows) {
    if (rows.isEmpty()) {
      out.element("p", "Speed was not measured.", "class", "muted");
      return;
    }
    Map<Integer, List<Timings.Speed>> batches = new LinkedHashMap<>();
    rows.forEach(
        row -> batches.computeIfAbsent(row.batch(), b -> new java.util.ArrayList<>()).add(row));
    batches.forEach((batch, group) -> group(out, batch, group));
  }

  private static void group(Markup out, int batch, List<Timings.Speed> rows) {
    double height = HEAD + rows.size() * ROW + 4;
    out.open(
        "svg",
        "class",
        "plot full bars",
        "role",
        "img",
        "aria-label",
        "Latency at batch " + batch,
        "viewBox",
        Numbers.format("0 0 %.0f %.0f", WIDTH, height));
    out.element("text", "Batch " + batch, "class", "group", "x", 0, "y", 18);
    out.element(
        "text", "median (95th percentile), ms per batch", "class", "axis end", "x", WIDTH, "y", 18);
    double longest = rows.stream().mapToDouble(Timings.Speed::p95Ms).max().orElse(1);
    double scale = (WIDTH - LABEL - FIGURES) / Math.max(longest, Double.MIN_NORMAL);
    double y = HEAD;
    for (Timings.Speed row : rows) {
      bar(out, row, rows, y, scale);
      y += ROW;
    }
    out.closeLine();
  }

  private static void bar(
      Markup out, Timings.Speed row, List<Timings.Speed> rows, double y, double scale) {
    double middle = y + 15.5;
    double median = row.medianMs() * scale;
    double p95 = row.p95Ms() * scale;
    out.element(
        "text", row.form() + " \u00b7 " + row.engine(), "class", "label", "x", 0, "y", middle);
    out.open(
        "rect",
        "class",
        "bar " + row.form(),
        "x",
        LABEL,
        "y",
        y + 2,
        "width",
        Math.max(1, median),
        "height",
        ROW - 8,
        "rx",
        2);
    out.element("title", Numbers.count(row.runs()) + " runs").close();
    out.empty(
        "path",
        "class",
        "whisker",
        "d",
        Numbers.format(
            "M%.1f %.1fH%.1fM%.1f %.1fv8",
            LABEL + median, y + 11, LABEL + p95, LABEL + p95, y + 7));
    ratio(row, rows)
        .ifPresent(
            ratio ->
                out.element("text", ratio, "class", "ratio", "x", LABEL + p95 + 10, "y", middle));
    out.element(
        "text",
        Numbers.significant(row.medianMs()) + "  (" + Numbers.significant(row.p95Ms()) + ")",
        "class",
        "label end",
        "x",
        WIDTH,
        "y",
        middle);
  }

  /** How many times faster than the train form, on the same engine if that computed it. */
  private static Optional<String> ratio(Timings.Speed row, List<Timings.Speed> rows) {
    if (!row.form().equals("deploy")) {
      return Optional.empty();
    }
    return trainOf(row, rows)
        .map(train -> Numbers.times(train.medianMs() / row.medianMs()) + " as fast");
  }

  static Optional<Timings.Speed> trainOf(Timings.Speed row, List<Timings.Speed> rows) {
    List<Timings.Speed> train =
        rows.stream().filter(r -> r.form().equals("train") && r.batch() == row.batch()).toList();
    return train.stream()
        .filter(r -> r.engine().equals(row.engine()))
        .findFirst()
        .or(() -> train.stream().findFirst());
  }
}
