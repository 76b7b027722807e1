package org.repfold.zoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Comparison of arrays by relative error; a NaN never passes. */
public final class Closeness {
  private Closeness() {}

  /** Asserts shape, relative L2 error and maximal error relative to the largest expected value. */
  public static void assertClose(INDArray expected, INDArray actual, double tolerance) {
    assertArrayEquals(expected.shape(), actual.shape());
    INDArray exact = expected.castTo(DataType.DOUBLE);
    INDArray difference = actual.castTo(DataType.DOUBLE).sub(exact);
    double l2 = difference.norm2Number().doubleValue() / exact.norm2Number().doubleValue();
    double max = difference.amaxNumber().doubleValue() / exact.amaxNumber().doubleValue();
    assertTrue(l2 <= tolerance, () -> "relative L2 error " + l2 + " exceeds " + tolerance);
    // Single values of float32 outputs err more than their mean, by a small factor.
    double maxTolerance = 4 * tolerance;
    assertTrue(max <= maxTolerance, () -> "relative error " + max + " exceeds " + maxTolerance);
  }
}
