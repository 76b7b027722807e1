package org.repfold.converter.verify;

import org.repfold.graph.ElementType;
import org.repfold.graph.Tensor;

/** Numbers moved to the next float64 number, up or down as if by chance, the same in every run. */
final class Neighbours {
  /** An odd constant without pattern in its bits (2^64 over the golden ratio). */
  private static final long SCATTER = 0x9E3779B97F4A7C15L;

  private Neighbours() {}

  static double[] of(double[] values) {
    double[] moved = new double[values.length];
    for (int i = 0; i < moved.length; i++) {
      moved[i] = (i + 1) * SCATTER < 0 ? Math.nextUp(values[i]) : Math.nextDown(values[i]);
    }
    return moved;
  }

  /** The tensor in float64, its elements moved; integers, which are sizes, stay. */
  static Tensor of(Tensor tensor) {
    return tensor.type() == ElementType.INT64
        ? tensor
        : Tensor.of(tensor.shape(), of(tensor.toDoubles()));
  }
}
