package org.repfold.converter.report;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Maps positive numbers to positions, by their logarithm.
 *
 * @param low the decade at {@code start}
 * @param high the decade at {@code end}
 */
record LogAxis(int low, int high, double start, double end) {

  /** An axis of whole decades that holds all values that are positive and finite. */
  static LogAxis over(DoubleStream values, double start, double end) {
    double[] logs =
        values.filter(v -> v > 0 && v < Double.POSITIVE_INFINITY).map(Math::log10).toArray();
    int low = (int) Math.floor(DoubleStream.of(logs).min().orElse(-8));
    int high = (int) Math.ceil(DoubleStream.of(logs).max().orElse(-7));
    return new LogAxis(low, Math.max(high, low + 1), start, end);
  }

  double at(double value) {
    return start + (end - start) * (Math.log10(value) - low) / (high - low);
  }

  /** Exponents to label: every decade, or every second, ... so that at most ten are. */
  IntStream ticks() {
    int step = (high - low + 9) / 10;
    return IntStream.rangeClosed(low, high).filter(decade -> (decade - low) % step == 0);
  }
}
