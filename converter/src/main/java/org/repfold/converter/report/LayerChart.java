package org.repfold.converter.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.repfold.converter.verify.ValueCheck;

/** Something measured at each value that both forms compute, in their order, on a log scale. */
final class LayerChart {
  /**
   * A line of the chart.
   *
   * @param style its class
   * @param value null where there is none; 0 is drawn on the base line
   */
  record Series(String style, String label, Function<ValueCheck, Double> value) {}

  /** How large the chart is. */
  enum Shape {
    FULL(1000),
    HALF(560);

    final double width;

    Shape(double width) {
      this.width = width;
    }
  }

  /** The style of a line that is no measurement. */
  static final String BOUND = "bound";

  private static final double HEIGHT = 330;
  private static final double NARROWEST_LABEL = 30;

  private final Plot plot;
  private final List<ValueCheck> values;
  private final LogAxis axis;

  private LayerChart(Plot plot, List<ValueCheck> values, LogAxis axis) {
    this.plot = plot;
    this.values = values;
    this.axis = axis;
  }

  /** Draws the chart; without any value to show, a sentence that says so. */
  static void draw(
      Markup out,
      String title,
      String axisTitle,
      List<ValueCheck> values,
      Shape shape,
      List<Series> series) {
    List<Double> shown =
        series.stream()
            .flatMap(line -> values.stream().map(line.value()))
            .filter(Objects::nonNull)
            .filter(Double::isFinite)
            .toList();
    if (shown.isEmpty()) {
      out.element("p", "No value was compared.", "class", "muted");
      return;
    }
    Plot.legend(
        out,
        series.stream()
            .flatMap(line -> Stream.of("line " + line.style(), line.label()))
            .toArray(String[]::new));
    Plot plot = new Plot(out, title, shape.width, HEIGHT);
    LogAxis axis =
        LogAxis.over(
            shown.stream().mapToDouble(v -> v),
            plot.bottom() - (shown.contains(0.0) ? 18 : 0),
            plot.top());
    LayerChart chart = new LayerChart(plot, values, axis);
    chart.blocks();
    axis.ticks()
        .forEach(
            decade -> plot.horizontalTick(axis.at(Math.pow(10, decade)), Numbers.power(decade)));
    if (shown.contains(0.0)) {
      plot.horizontalTick(plot.bottom(), "0");
    }
    plot.baseline();
    series.forEach(chart::line);
    plot.verticalTitle(axisTitle);
    plot.horizontalTitle("values that both forms compute, from input to output");
    plot.close();
  }

  private double x(double index) {
    double step = (plot.right() - plot.left()) / values.size();
    return plot.left() + (index + 0.5) * step;
  }

  /** Shades every second block of the network and names those that are wide enough. */
  private void blocks() {
    int from = 0;
    boolean shaded = false;
    for (int i = 1; i <= values.size(); i++) {
      String block = Blocks.key(values.get(from).sourceNode());
      if (i < values.size() && Blocks.key(values.get(i).sourceNode()).equals(block)) {
        continue;
      }
      String label =
          Blocks.label(values.subList(from, i).stream().map(ValueCheck::sourceNode).toList());
      double start = x(from - 0.5);
      double width = x(i - 0.5) - start;
      if (shaded) {
        plot.out.empty(
            "rect",
            "class",
            "band",
            "x",
            start,
            "y",
            plot.top(),
            "width",
            width,
            "height",
            plot.bottom() - plot.top());
      }
      if (width > Math.max(NARROWEST_LABEL, 7.5 * label.length())) {
        plot.text(label, "tick", start + width / 2, plot.bottom() + 16);
      }
      shaded = !shaded;
      from = i;
    }
  }

  private void line(Series series) {
    StringBuilder path = new StringBuilder();
    List<Integer> points = new ArrayList<>();
    boolean drawing = false;
    for (int i = 0; i < values.size(); i++) {
      Double value = series.value().apply(values.get(i));
      if (value == null || !Double.isFinite(value)) {
        drawing = false;
        continue;
      }
      path.append(Numbers.format(drawing ? "L%.1f %.1f" : "M%.1f %.1f", x(i), y(value)));
      points.add(i);
      drawing = true;
    }
    plot.out.empty("path", "class", "series " + series.style(), "d", path);
    if (series.style().equals(BOUND)) {
      return;
    }
    for (int i : points) {
      ValueCheck value = values.get(i);
      double number = series.value().apply(value);
      plot.out.open(
          "circle", "class", "dot " + series.style(), "cx", x(i), "cy", y(number), "r", 2.6);
      plot.out.element(
          "title", value.sourceNode() + "\n" + series.label() + ": " + Numbers.scientific(number));
      plot.out.close();
    }
  }

  private double y(double value) {
    return value == 0 ? plot.bottom() : axis.at(value);
  }
}
