package org.repfold.zoo.train.kernels;

/**
 * Sums over parts of arrays. Eight running sums break the chain of dependent additions, which is
 * both faster and more accurate than one.
 */
final class Sums {
  private Sums() {}

  static double sum(float[] a, int from, int length) {
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    int end = from + length;
    int i = from;
    for (; i + 8 <= end; i += 8) {
      s0 += a[i];
      s1 += a[i + 1];
      s2 += a[i + 2];
      s3 += a[i + 3];
      s4 += a[i + 4];
      s5 += a[i + 5];
      s6 += a[i + 6];
      s7 += a[i + 7];
    }
    double sum = (double) s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
    for (; i < end; i++) {
      sum += a[i];
    }
    return sum;
  }

  /** The sum of {@code a[from + i] * b[fromB + i]}. */
  static double dot(float[] a, int from, float[] b, int fromB, int length) {
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      int p = from + i;
      int q = fromB + i;
      s0 += a[p] * b[q];
      s1 += a[p + 1] * b[q + 1];
      s2 += a[p + 2] * b[q + 2];
      s3 += a[p + 3] * b[q + 3];
      s4 += a[p + 4] * b[q + 4];
      s5 += a[p + 5] * b[q + 5];
      s6 += a[p + 6] * b[q + 6];
      s7 += a[p + 7] * b[q + 7];
    }
    double sum = (double) s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
    for (; i < length; i++) {
      sum += a[from + i] * b[fromB + i];
    }
    return sum;
  }

  /** The sum of {@code (a[from + i] - mean)^2}. */
  static double squares(float[] a, int from, int length, float mean) {
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    int end = from + length;
    int i = from;
    for (; i + 8 <= end; i += 8) {
      float d0 = a[i] - mean;
      float d1 = a[i + 1] - mean;
      float d2 = a[i + 2] - mean;
      float d3 = a[i + 3] - mean;
      float d4 = a[i + 4] - mean;
      float d5 = a[i + 5] - mean;
      float d6 = a[i + 6] - mean;
      float d7 = a[i + 7] - mean;
      s0 += d0 * d0;
      s1 += d1 * d1;
      s2 += d2 * d2;
      s3 += d3 * d3;
      s4 += d4 * d4;
      s5 += d5 * d5;
      s6 += d6 * d6;
      s7 += d7 * d7;
    }
    double sum = (double) s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
    for (; i < end; i++) {
      double d = a[i] - mean;
      sum += d * d;
    }
    return sum;
  }
}
