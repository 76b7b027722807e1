package org.repfold.graph.file;

/** Numbers of 16 bits as float32, exactly. */
final class Halves {
  private static final int FLOAT16_FRACTION = 10;
  private static final int FLOAT16_LARGEST_EXPONENT = 31;
  private static final int FLOAT16_BIAS = 15;

  private Halves() {}

  /** IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
  static float fromFloat16(short pattern) {
    int exponent = pattern >> FLOAT16_FRACTION & FLOAT16_LARGEST_EXPONENT;
    int fraction = pattern & (1 << FLOAT16_FRACTION) - 1;
    float magnitude;
    if (exponent == FLOAT16_LARGEST_EXPONENT) {
      magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((float) fraction, 1 - FLOAT16_BIAS - FLOAT16_FRACTION);
    } else {
      magnitude =
          Math.scalb(
              (float) (fraction + (1 << FLOAT16_FRACTION)),
              exponent - FLOAT16_BIAS - FLOAT16_FRACTION);
    }
    return pattern < 0 ? -magnitude : magnitude;
  }

  /** The upper half of a float32. */
  static float fromBfloat16(short pattern) {
    return Float.intBitsToFloat(pattern << Short.SIZE);
  }
}
