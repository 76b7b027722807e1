package org.repfold.converter.fold.rules;

/**
 * A kernel along one axis of the map: tap {@code t} reads the input at {@code t * dilation -
 * padding}, relative to where the window stands.
 */
record Axis(int padding, int dilation, int taps) {

  /** The smallest kernel that has all taps of both. */
  static Axis covering(Axis a, Axis b) {
    int first = Math.min(-a.padding, -b.padding);
    int last = Math.max(a.lastOffset(), b.lastOffset());
    int dilation = Math.abs(a.padding - b.padding);
    dilation = greatestCommonDivisor(dilation, a.taps > 1 ? a.dilation : 0);
    dilation = greatestCommonDivisor(dilation, b.taps > 1 ? b.dilation : 0);
    dilation = Math.max(dilation, 1);
    return new Axis(-first, dilation, (last - first) / dilation + 1);
  }

  /** The tap that reads at the given offset. */
  int tapAt(int offset) {
    return (offset + padding) / dilation;
  }

  /** The least padding on the far side that gives an output of the wanted size. */
  int paddingBehind(int stride, long inputSize, long outputSize) {
    long needed = (outputSize - 1) * stride + (long) dilation * (taps - 1) + 1;
    return Math.toIntExact(Math.max(0, needed - inputSize - padding));
  }

  static int greatestCommonDivisor(int a, int b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  private int lastOffset() {
    return (taps - 1) * dilation - padding;
  }
}
