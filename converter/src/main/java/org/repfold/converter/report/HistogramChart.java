package org.repfold.converter.report;

import java.util.List;
import java.util.stream.Stream;

/** How many logits differ from the truth by how much, both forms over each other. */
final class HistogramChart {
  private static final double WIDTH = 560;
  private static final double HEIGHT = 330;

  private HistogramChart() {}

  static void draw(Markup out, OutputDifferences differences) {
    if (differences.edges().size() < 2) {
      out.element(
          "p",
          differences.values() == 0
              ? "No data was given to compare logits on."
              : "No logit differs from the truth.",
          "class",
          "muted");
      return;
    }
    OutputDifferences.Side train = differences.train();
    OutputDifferences.Side deploy = differences.deploy();
    Plot.legend(
        out,
        "train",
        "Train form, float32 (" + train.engine() + ")",
        "deploy",
        "Deploy form, float32 (" + deploy.engine() + ")");
    Plot plot = new Plot(out, "Histogram of logit differences", WIDTH, HEIGHT);
    List<Double> edges = differences.edges();
    LogAxis x = LogAxis.over(edges.stream().mapToDouble(e -> e), plot.left(), plot.right());
    long most =
        Stream.concat(train.counts().stream(), deploy.counts().stream())
            .mapToLong(count -> count)
            .max()
            .orElse(1);
    LinearAxis y = LinearAxis.over(0, most, plot.bottom(), plot.top());
    y.ticks().forEach(tick -> plot.horizontalTick(y.at(tick), y.label(tick)));
    x.ticks()
        .forEach(decade -> plot.verticalTick(x.at(Math.pow(10, decade)), Numbers.power(decade)));
    outline(plot, x, y, edges, train.counts(), "train");
    outline(plot, x, y, edges, deploy.counts(), "deploy");
    plot.baseline();
    plot.verticalTitle("logits");
    plot.horizontalTitle("absolute difference from the float64 truth");
    plot.close();
  }

  private static void outline(
      Plot plot, LogAxis x, LinearAxis y, List<Double> edges, List<Long> counts, String style) {
    StringBuilder path =
        new StringBuilder(Numbers.format("M%.1f %.1f", x.at(edges.get(0)), plot.bottom()));
    for (int bin = 0; bin < counts.size(); bin++) {
      path.append(Numbers.format("V%.1fH%.1f", y.at(counts.get(bin)), x.at(edges.get(bin + 1))));
    }
    path.append(Numbers.format("V%.1fZ", plot.bottom()));
    plot.out.empty("path", "class", "area " + style, "d", path);
  }
}
