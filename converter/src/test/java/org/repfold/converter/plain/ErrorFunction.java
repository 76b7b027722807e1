package org.repfold.converter.plain;

/**
 * The error function to float64 accuracy: Kummer's series, whose terms all have one sign, near 0,
 * and the continued fraction of its complement elsewhere (DLMF 7.6.2 and 7.9.1).
 */
final class ErrorFunction {
  private static final double NEAR = 2.5;
  private static final int TERMS = 120;

  private ErrorFunction() {}

  static double of(double x) {
    return Math.abs(x) < NEAR ? series(x) : Math.signum(x) * (1 - fraction(Math.abs(x)));
  }

  /** {@code 1 - erf(x)}. */
  static double complement(double x) {
    return x >= NEAR ? fraction(x) : 1 - of(x);
  }

  private static double series(double x) {
    double term = 2 * x / Math.sqrt(Math.PI) * Math.exp(-x * x);
    double sum = 0;
    for (int n = 0; n < TERMS; n++) {
      sum += term;
      term *= 2 * x * x / (2 * n + 3);
    }
    return sum;
  }

  private static double fraction(double x) {
    double tail = x;
    for (int n = TERMS; n >= 1; n--) {
      tail = x + n / 2.0 / tail;
    }
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
  }
}
