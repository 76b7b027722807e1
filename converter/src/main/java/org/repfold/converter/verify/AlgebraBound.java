package org.repfold.converter.verify;

/**
 * How much two float64 computations of the same function may differ. Unit roundoff 1.1e-16 over n
 * roundings leaves {@code 1.1e-16 sqrt(n)}: 2.8e-14 for the 65,536 of a small network. 1e-12 is 35
 * times that, room for ill-conditioned values (a BatchNorm whose mean is large against its
 * deviation), and still a ten-thousandth of the smallest error that a wrong float32 weight makes.
 * Longer computations get more, as the square root.
 */
final class AlgebraBound {
  static final double RELATIVE = 1e-12;

  /**
   * An ill-conditioned value may differ by this many times what one rounding of the input moves it:
   * every layer rounds as well, and each of some dozen layers by several operations.
   */
  static final double CONDITION = 64;

  /**
   * How many times the input is moved, by chance. At one element the move is about normal with some
   * deviation: one draw in ten is under an eighth of it, so small that {@link #CONDITION} would not
   * make up for it; all of three are once in a thousand times.
   */
  static final int DRAWS = 3;

  private static final double ROUNDINGS = 1 << 16;

  private AlgebraBound() {}

  static double of(long roundings) {
    return RELATIVE * Math.max(1, Math.sqrt(roundings / ROUNDINGS));
  }
}
