package org.repfold.converter.report;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Accuracy by epoch of several trainings, as a picture. */
public final class LearningCurves {
  private static final double WIDTH = 560;
  private static final double HEIGHT = 320;
  private static final double MARGIN = 8;
  private static final double LEGEND_X = 300;
  private static final double LEGEND_LINE = 18;

  /** What the report's page says of plots, for a picture that stands alone. */
  private static final String PLOT =
      """
      text { font-family: system-ui, sans-serif; }
      .paper { fill: var(--surface); }
      .tick, .axis, .legend { font-size: 12px; fill: var(--soft); text-anchor: middle; }
      .tick.end { text-anchor: end; } .legend { text-anchor: start; }
      .grid { stroke: var(--line); } .base { stroke: var(--edge); }
      .series { fill: none; stroke-width: 2; } .train { stroke: var(--train); } .deploy { stroke: var(--deploy); }
      .spread { stroke: none; opacity: 0.18; } .spread.train { fill: var(--train); } .spread.deploy { fill: var(--deploy); }
      """;

  private LearningCurves() {}

  /**
   * Trainings that differ in their seed alone.
   *
   * @param label what they have in common
   * @param accuracies of each training by epoch, all of the same number of epochs
   */
  public record Curve(String label, List<List<Double>> accuracies) {
    public Curve {
      accuracies = accuracies.stream().map(List::copyOf).toList();
    }

    int epochs() {
      return accuracies.get(0).size();
    }

    private DoubleStream percent(int epoch) {
      return accuracies.stream().mapToDouble(run -> 100 * run.get(epoch));
    }

    /** Over the trainings, after an epoch counted from 0. */
    public double mean(int epoch) {
      return percent(epoch).average().orElseThrow();
    }

    /** Of all trainings, after an epoch counted from 0. */
    public double lowest(int epoch) {
      return percent(epoch).min().orElseThrow();
    }

    /** Of all trainings, after an epoch counted from 0. */
    public double highest(int epoch) {
      return percent(epoch).max().orElseThrow();
    }
  }

  /** Two sorts of trainings in one plot: the mean of each, and from the lowest to the highest. */
  public static String svg(String title, Curve first, Curve second) {
    Markup out = new Markup("");
    List<Curve> curves = List.of(first, second);
    out.open(
        "svg",
        "xmlns",
        "http://www.w3.org/2000/svg",
        "width",
        WIDTH,
        "height",
        HEIGHT,
        "viewBox",
        Numbers.format("0 0 %.0f %.0f", WIDTH, HEIGHT));
    out.style(Styles.DRAWING + PLOT);
    out.empty("rect", "class", "paper", "width", WIDTH, "height", HEIGHT);
    Plot plot = new Plot(out, title, WIDTH, HEIGHT);
    int epochs = first.epochs();
    LinearAxis y =
        LinearAxis.over(lowest(curves, epochs), highest(curves, epochs), plot.bottom(), plot.top());
    LinearAxis x =
        new LinearAxis(1, Math.max(2, epochs), 1, plot.left() + MARGIN, plot.right() - MARGIN);
    y.ticks().forEach(tick -> plot.horizontalTick(y.at(tick), y.label(tick)));
    IntStream.rangeClosed(1, epochs)
        .forEach(
            epoch -> plot.text(Integer.toString(epoch), "tick", x.at(epoch), plot.bottom() + 16));
    plot.baseline();
    List<String> styles = List.of("train", "deploy");
    for (int i = 0; i < curves.size(); i++) {
      draw(plot, x, y, curves.get(i), styles.get(i));
      double row = plot.bottom() - MARGIN - LEGEND_LINE * (curves.size() - i - 0.5);
      out.empty(
          "path",
          "class",
          "series " + styles.get(i),
          "d",
          Numbers.format("M%.0f %.1fh24", LEGEND_X, row));
      plot.text(curves.get(i).label(), "legend", LEGEND_X + 32, row + 4);
    }
    plot.verticalTitle("test accuracy in %");
    plot.horizontalTitle("epoch");
    plot.close();
    out.closeLine();
    return out.finish();
  }

  private static void draw(Plot plot, LinearAxis x, LinearAxis y, Curve curve, String style) {
    int epochs = curve.epochs();
    String upper = points(x, y, IntStream.range(0, epochs).toArray(), curve::highest);
    String lower =
        points(x, y, IntStream.range(0, epochs).map(e -> epochs - 1 - e).toArray(), curve::lowest);
    plot.out.empty("path", "class", "spread " + style, "d", "M" + upper + "L" + lower + "Z");
    String mean = points(x, y, IntStream.range(0, epochs).toArray(), curve::mean);
    plot.out.empty("path", "class", "series " + style, "d", "M" + mean);
  }

  private static String points(
      LinearAxis x, LinearAxis y, int[] epochs, IntToDoubleFunction value) {
    return Arrays.stream(epochs)
        .mapToObj(e -> Numbers.format("%.1f %.1f", x.at(e + 1), y.at(value.applyAsDouble(e))))
        .collect(Collectors.joining("L"));
  }

  private static double lowest(List<Curve> curves, int epochs) {
    return curves.stream()
        .flatMapToDouble(c -> IntStream.range(0, epochs).mapToDouble(c::lowest))
        .min()
        .orElseThrow();
  }

  private static double highest(List<Curve> curves, int epochs) {
    return curves.stream()
        .flatMapToDouble(c -> IntStream.range(0, epochs).mapToDouble(c::highest))
        .max()
        .orElseThrow();
  }
}
