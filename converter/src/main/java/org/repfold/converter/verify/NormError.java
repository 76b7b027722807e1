package org.repfold.converter.verify;

/**
 * The relative L2 error of several arrays, each counting alike, and their largest absolute error.
 */
final class NormError {
  private double squares;
  private double maxAbsolute = -1;
  private int arrays;

  void add(double[] truth, double[] found) {
    double errors = 0;
    double truths = 0;
    for (int i = 0; i < truth.length; i++) {
      double error = Math.abs(found[i] - truth[i]);
      errors += error * error;
      truths += truth[i] * truth[i];
      maxAbsolute = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(maxAbsolute, error);
    }
    squares += errors == 0 ? 0 : truths == 0 ? 1 : errors / truths;
    arrays++;
  }

  /** The root mean square over the arrays; NaN without arrays. */
  double relativeL2() {
    return Math.sqrt(squares / arrays);
  }

  /** Negative without values. */
  double maxAbsolute() {
    return maxAbsolute;
  }
}
