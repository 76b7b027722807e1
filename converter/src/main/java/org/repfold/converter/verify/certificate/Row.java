package org.repfold.converter.verify.certificate;

import java.util.Arrays;

/**
 * With which factors the elements of one value enter one element of an output: a row of a matrix in
 * the making. Most factors are 0, so it is kept by blocks of neighbouring elements; those that are
 * not touched are 0.
 *
 * <p>Beside each factor, which is a sum of products of parameters, stands its magnitude: the same
 * sum of the products' absolute values. Rounding is relative to that (Higham, Accuracy and
 * Stability of Numerical Algorithms, section 3.1), however much of the sum cancels.
 */
final class Row {
  static final int BLOCK = 16;

  final double[] factors;
  final double[] magnitudes;
  private final int size;
  private final boolean[] isTouched;
  private final int[] touched;
  private int count;
  private int roundings;

  Row(int size) {
    int blocks = (size + BLOCK - 1) / BLOCK;
    this.size = size;
    this.factors = new double[blocks * BLOCK];
    this.magnitudes = new double[blocks * BLOCK];
    this.isTouched = new boolean[blocks];
    this.touched = new int[blocks];
  }

  /** The row of an output element itself. */
  void start(int element) {
    add(element, 1, 1);
  }

  int size() {
    return size;
  }

  /** The number of touched blocks, in the order in which they were touched. */
  int blocks() {
    return count;
  }

  /** The number of the first touched block that does not lie right behind the one before it. */
  int runEnd(int block) {
    int end = block + 1;
    while (end < count && touched[end] == touched[end - 1] + 1) {
      end++;
    }
    return end;
  }

  /** The first element of a touched block. */
  int from(int block) {
    return touched[block] * BLOCK;
  }

  /** The end (exclusive) of a touched block. */
  int to(int block) {
    return Math.min(size, (touched[block] + 1) * BLOCK);
  }

  /** Whether the block that begins with this element is touched. */
  boolean isTouched(int from) {
    return isTouched[from / BLOCK];
  }

  /** How many roundings, one after the other, any of the factors went through at most. */
  int roundings() {
    return roundings;
  }

  /** Takes into account that up to so many terms were added that went through so many roundings. */
  void rounded(int before, int terms) {
    roundings = Math.max(roundings, before + 1) + terms;
  }

  void add(int element, double factor, double magnitude) {
    touch(element / BLOCK);
    factors[element] += factor;
    magnitudes[element] += magnitude;
  }

  /** Adds a multiple of neighbouring weights to neighbouring elements. */
  void add(int first, double[] weights, int from, int length, double factor, double magnitude) {
    if (length < 1) {
      return;
    }
    touch(first, first + length);
    for (int i = 0; i < length; i++) {
      factors[first + i] += factor * weights[from + i];
      magnitudes[first + i] += magnitude * Math.abs(weights[from + i]);
    }
  }

  /** Touches all blocks of a range, {@code to} exclusive. */
  void touch(int from, int to) {
    for (int block = from / BLOCK; block <= (to - 1) / BLOCK; block++) {
      touch(block);
    }
  }

  private void touch(int block) {
    if (!isTouched[block]) {
      isTouched[block] = true;
      touched[count++] = block;
    }
  }

  void clear() {
    int end;
    for (int block = 0; block < count; block = end) {
      end = runEnd(block);
      Arrays.fill(factors, from(block), to(end - 1), 0);
      Arrays.fill(magnitudes, from(block), to(end - 1), 0);
      Arrays.fill(isTouched, touched[block], touched[end - 1] + 1, false);
    }
    count = 0;
    roundings = 0;
  }
}
