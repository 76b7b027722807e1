package org.repfold.converter.verify;

import java.util.Map;
import java.util.TreeMap;

/**
 * Counts of non-negative numbers in bins whose width is 1/64 of their lower edge at most, so that
 * quantiles of any number of values need little memory.
 */
final class LogHistogram {
  private static final int DROPPED_BITS = 52 - 6;

  private final TreeMap<Long, Long> bins = new TreeMap<>();
  private long count;

  void add(double value) {
    bins.merge(Double.doubleToRawLongBits(value) >>> DROPPED_BITS, 1L, Long::sum);
    count++;
  }

  /**
   * A number that a share of the values does not exceed, and at most 1/64 above the smallest such;
   * 0 if there are none.
   */
  double quantile(double share) {
    long wanted = (long) Math.ceil(share * count);
    long seen = 0;
    for (Map.Entry<Long, Long> bin : bins.entrySet()) {
      seen += bin.getValue();
      if (seen >= wanted) {
        long lowerEdge = bin.getKey() << DROPPED_BITS;
        return lowerEdge == 0 ? 0 : Double.longBitsToDouble(lowerEdge | (1L << DROPPED_BITS) - 1);
      }
    }
    return 0;
  }
}
