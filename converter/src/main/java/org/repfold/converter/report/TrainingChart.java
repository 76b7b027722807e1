package org.repfold.converter.report;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;

/** Loss and accuracy by epoch, one above the other. */
final class TrainingChart {
  private static final double WIDTH = 560;
  private static final double HEIGHT = 300;

  private TrainingChart() {}

  static void accuracy(Markup out, List<Timings.Epoch> epochs) {
    Plot.legend(out, "line muted", "Training data", "line train", "Test data");
    draw(
        out,
        "Accuracy by epoch",
        "accuracy in %",
        epochs,
        List.of("muted", "train"),
        List.of(e -> percent(e.trainingAccuracy()), e -> percent(e.testAccuracy())));
  }

  static void loss(Markup out, List<Timings.Epoch> epochs) {
    Plot.legend(out, "line muted", "Training data");
    draw(
        out,
        "Loss by epoch",
        "cross-entropy (nats)",
        epochs,
        List.of("muted"),
        List.of(Timings.Epoch::loss));
  }

  private static Double percent(Double share) {
    return share == null ? null : Double.valueOf(100 * share);
  }

  private static void draw(
      Markup out,
      String title,
      String axisTitle,
      List<Timings.Epoch> epochs,
      List<String> styles,
      List<Function<Timings.Epoch, Double>> series) {
    double[] shown =
        series.stream()
            .flatMap(value -> epochs.stream().map(value))
            .filter(Objects::nonNull)
            .filter(Double::isFinite)
            .mapToDouble(v -> v)
            .toArray();
    if (shown.length == 0) {
      out.element("p", "Not measured.", "class", "muted");
      return;
    }
    Plot plot = new Plot(out, title, WIDTH, HEIGHT);
    LinearAxis y =
        LinearAxis.over(
            java.util.Arrays.stream(shown).min().orElse(0),
            java.util.Arrays.stream(shown).max().orElse(1),
            plot.bottom(),
            plot.top());
    int last = epochs.stream().mapToInt(Timings.Epoch::epoch).max().orElse(1);
    LinearAxis x = new LinearAxis(1, Math.max(2, last), 1, plot.left() + 8, plot.right() - 8);
    y.ticks().forEach(tick -> plot.horizontalTick(y.at(tick), y.label(tick)));
    int step = (last + 11) / 12;
    for (int epoch = 1; epoch <= last; epoch += step) {
      plot.text(Integer.toString(epoch), "tick", x.at(epoch), plot.bottom() + 16);
    }
    plot.baseline();
    for (int i = 0; i < series.size(); i++) {
      line(plot, x, y, epochs, styles.get(i), series.get(i));
    }
    plot.verticalTitle(axisTitle);
    plot.horizontalTitle("epoch");
    plot.close();
  }

  private static void line(
      Plot plot,
      LinearAxis x,
      LinearAxis y,
      List<Timings.Epoch> epochs,
      String style,
      Function<Timings.Epoch, Double> value) {
    String points =
        epochs.stream()
            .filter(epoch -> Stream.ofNullable(value.apply(epoch)).anyMatch(Double::isFinite))
            .map(e -> Numbers.format("%.1f %.1f", x.at(e.epoch()), y.at(value.apply(e))))
            .collect(java.util.stream.Collectors.joining("L", "M", ""));
    if (points.length() > 1) {
      plot.out.empty("path", "class", "series " + style, "d", points);
    }
    for (Timings.Epoch epoch : epochs) {
      Double number = value.apply(epoch);
      if (number != null && Double.isFinite(number)) {
        plot.out.open(
            "circle",
            "class",
            "dot " + style,
            "cx",
            x.at(epoch.epoch()),
            "cy",
            y.at(number),
            "r",
            2.6);
        plot.out.element("title", "epoch " + epoch.epoch() + ": " + Numbers.significant(number));
        plot.out.close();
      }
    }
  }
}
