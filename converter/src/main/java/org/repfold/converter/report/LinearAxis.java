package org.repfold.converter.report;

import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** Maps numbers to positions; {@code step} is the distance of the labelled ones. */
record LinearAxis(double low, double high, double step, double start, double end) {
  private static final int MOST_STEPS = 5;

  /** An axis that holds all values, its ends widened to multiples of a round step. */
  static LinearAxis over(double low, double high, double start, double end) {
    double range = high > low ? high - low : 1;
    double step = Math.pow(10, Math.floor(Math.log10(range / MOST_STEPS)));
    for (double factor : new double[] {2, 2.5, 2}) {
      if (range / step > MOST_STEPS) {
        step *= factor;
      }
    }
    double from = step * Math.floor(low / step + 1e-9);
    double to = step * Math.ceil(Math.max(high, low + step) / step - 1e-9);
    return new LinearAxis(from, to, step, start, end);
  }

  double at(double value) {
    return start + (end - start) * (value - low) / (high - low);
  }

  DoubleStream ticks() {
    return LongStream.rangeClosed(0, Math.round((high - low) / step))
        .mapToDouble(i -> low + i * step);
  }

  /** A tick's number, with as many decimals as the step has. */
  String label(double tick) {
    int decimals = 0;
    double left = step;
    while (decimals < 6 && Math.abs(left - Math.rint(left)) > 1e-6) {
      left *= 10;
      decimals++;
    }
    return Numbers.format("%,." + decimals + "f", tick);
  }
}
