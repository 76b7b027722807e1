package org.repfold.converter.fold.rules;

/**
 * A kernel along one axis of the map: tap {@code t} reads the input at {@code t * dilation -
 * padding}, relative to where the window stands. In long numbers, as a padding may be as large as
 * an {@code int}.
 */
record Axis(long padding, long dilation, long taps) {

  /** The smallest kernel that has all taps of both. */
  static Axis covering(Axis a, Axis b) {
    long first = Math.min(a.firstOffset(), b.firstOffset());
    long last = Math.max(a.lastOffset(), b.lastOffset());
    long apart = Math.abs(a.padding - b.padding);
    apart = greatestCommonDivisor(apart, a.taps > 1 ? a.dilation : 0);
    apart = greatestCommonDivisor(apart, b.taps > 1 ? b.dilation : 0);
    return spanning(first, last, apart);
  }

  /** The kernel of one moved over what another gave, which moves in steps of {@code stride}. */
  static Axis product(Axis first, int stride, Axis second) {
    long start = first.firstOffset() + second.firstOffset() * stride;
    long end = first.lastOffset() + second.lastOffset() * stride;
    long apart = first.taps > 1 ? first.dilation : 0;
    apart = greatestCommonDivisor(apart, second.taps > 1 ? second.dilation * stride : 0);
    return spanning(start, end, apart);
  }

  private static Axis spanning(long first, long last, long apart) {
    long dilation = Math.max(apart, 1);
    return new Axis(-first, dilation, (last - first) / dilation + 1);
  }

  /** The input offset that a tap reads. */
  long offset(int tap) {
    return tap * dilation - padding;
  }

  /** The tap that reads at the given offset. */
  int tapAt(long offset) {
    return Math.toIntExact((offset + padding) / dilation);
  }

  /**
   * The least padding on the far side that gives an output of the wanted size; negative where the
   * last window ends before the input does.
   */
  long paddingBehind(int stride, long inputSize, long outputSize) {
    return (outputSize - 1) * stride + lastOffset() + 1 - inputSize;
  }

  static int greatestCommonDivisor(int a, int b) {
    return Math.toIntExact(greatestCommonDivisor((long) a, b));
  }

  private static long greatestCommonDivisor(long a, long b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  private long firstOffset() {
    return -padding;
  }

  private long lastOffset() {
    return (taps - 1) * dilation - padding;
  }
}
