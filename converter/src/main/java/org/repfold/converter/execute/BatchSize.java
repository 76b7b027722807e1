package org.repfold.converter.execute;

/** How many inputs are computed at once, so that large ones do not exhaust the memory. */
public final class BatchSize {
  /**
   * As many elements as 7 images of 224 x 224. The values between a network's layers are often some
   * hundred times as many as its inputs, in float64 at that.
   */
  private static final long INPUT_ELEMENTS = 1L << 20;

  private BatchSize() {}

  /**
   * A batch size.
   *
   * @param most at most so many
   * @param sampleElements the elements of one input
   */
  public static int of(int most, long sampleElements) {
    return (int) Math.max(1, Math.min(most, INPUT_ELEMENTS / Math.max(1, sampleElements)));
  }
}
