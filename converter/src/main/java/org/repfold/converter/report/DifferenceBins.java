package org.repfold.converter.report;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Counts absolute differences in eight bins per decade. */
final class DifferenceBins {
  private static final int PER_DECADE = 8;

  private final TreeMap<Integer, Long> bins = new TreeMap<>();
  private long values;
  private long exact;
  private long notFinite;

  /** The lower edge of a bin. */
  static double edge(long bin) {
    return StrictMath.pow(10, (double) bin / PER_DECADE);
  }

  void add(double[] expected, double[] found) {
    if (expected.length != found.length) {
      throw new IllegalArgumentException(
          "expected " + expected.length + " logits, found " + found.length);
    }
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs(found[i] - expected[i]);
      values++;
      if (difference == 0) {
        exact++;
      } else if (!Double.isFinite(difference)) {
        notFinite++;
      } else {
        bins.merge(bin(difference), 1L, Long::sum);
      }
    }
  }

  private static int bin(double difference) {
    int bin = (int) Math.floor(StrictMath.log10(difference) * PER_DECADE);
    // The logarithm of a number beside an edge may be rounded to the wrong side of it.
    return difference < edge(bin) ? bin - 1 : difference >= edge(bin + 1) ? bin + 1 : bin;
  }

  /** The lowest bin in use; above {@link #last} if none is. */
  int first() {
    return bins.isEmpty() ? Integer.MAX_VALUE : bins.firstKey();
  }

  int last() {
    return bins.isEmpty() ? Integer.MIN_VALUE : bins.lastKey();
  }

  List<Long> counts(int first, int last) {
    return first > last
        ? List.of()
        : IntStream.rangeClosed(first, last).mapToObj(bin -> bins.getOrDefault(bin, 0L)).toList();
  }

  long values() {
    return values;
  }

  long exact() {
    return exact;
  }

  long notFinite() {
    return notFinite;
  }
}
