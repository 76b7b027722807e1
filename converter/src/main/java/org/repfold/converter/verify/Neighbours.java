package org.repfold.converter.verify;

import java.util.Arrays;
import java.util.Random;
import org.repfold.graph.ElementType;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.Scratch;

/**
 * Numbers moved to the next float64 number, up or down by chance, the same in every run. Chance
 * matters: signs that take turns regularly, however irregular they look, cancel in a sum of n terms
 * far better than roundings do, whose sum grows as {@code sqrt(n)}.
 */
final class Neighbours {
  private Neighbours() {}

  /**
   * One of the ways to move the numbers. The same numbers are moved alike wherever they stand, so
   * that what is shared stays shared.
   */
  static double[] of(double[] values, int draw) {
    Random random = new Random(31L * Arrays.hashCode(values) + draw);
    double[] moved = new double[values.length];
    for (int i = 0; i < moved.length; i++) {
      moved[i] = random.nextBoolean() ? Math.nextUp(values[i]) : Math.nextDown(values[i]);
    }
    return moved;
  }

  /** The tensor in float64, its elements moved; integers, which are sizes, stay. */
  static Tensor of(Tensor tensor, int draw) {
    return tensor.type() == ElementType.INT64
        ? tensor
        : Scratch.keep(Tensor.of(tensor.shape(), of(tensor.toDoubles(), draw)));
  }
}
