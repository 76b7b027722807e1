package org.repfold.converter.verify;

/** Distances in units in the last place (ULP) of float32. */
public final class Ulp {
  /**
   * Above this magnitude a number rounds to infinity: the largest float32 plus half of its last
   * place.
   */
  private static final double OVERFLOW = 0x1.ffffffp127;

  private Ulp() {}

  /**
   * The spacing of float32 numbers around a value: {@code 2^(e - 23)} for a magnitude in {@code
   * [2^e, 2^(e + 1))}, and that of the subnormals, {@code 2^-149}, below the smallest normal
   * number.
   */
  public static double spacing(double value) {
    int exponent = Math.max(Math.getExponent(value), Float.MIN_EXPONENT);
    return Math.scalb(1.0, Math.min(exponent, Float.MAX_EXPONENT) - 23);
  }

  /**
   * How far a number is from the exact one, in ULP of float32 at the exact one; infinite if either
   * is not finite.
   */
  public static double distance(double exact, double found) {
    if (!Double.isFinite(exact) || !Double.isFinite(found)) {
      return Double.POSITIVE_INFINITY;
    }
    return Math.abs(found - exact) / spacing(exact);
  }

  /** Whether a finite number is too large for float32. */
  public static boolean overflows(double value) {
    return Math.abs(value) >= OVERFLOW;
  }
}
