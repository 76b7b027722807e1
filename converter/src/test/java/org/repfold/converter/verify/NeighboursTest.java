package org.repfold.converter.verify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

class NeighboursTest {
  private static final int LENGTH = 4096;

  private static double[] ones() {
    double[] ones = new double[LENGTH];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void everyNumberMovesToOneOfTheNumbersNextToIt() {
    double[] values = {1, -3.5, 0, 1e-310, 1e300};
    double[] moved = Neighbours.of(values, 0);
    for (int i = 0; i < values.length; i++) {
      assertTrue(
          moved[i] == Math.nextUp(values[i]) || moved[i] == Math.nextDown(values[i]),
          moved[i] + " is not next to " + values[i]);
    }
  }

  @Test
  void theSumOfTheMovesIsAsLargeAsChanceMakesIt() {
    int draws = 64;
    double squares = 0;
    for (int draw = 0; draw < draws; draw++) {
      double ups = Arrays.stream(Neighbours.of(ones(), draw)).filter(value -> value > 1).count();
      squares += (2 * ups - LENGTH) * (2 * ups - LENGTH);
    }
    // The mean square of sums of n independent signs is n; that of 64 of them is within 18 % of it.
    assertEquals(LENGTH, squares / draws, 0.5 * LENGTH);
  }

  @Test
  void equalNumbersMoveAlikeInOneDrawAndOtherwiseInTheNext() {
    assertArrayEquals(Neighbours.of(ones(), 1), Neighbours.of(ones(), 1));
    assertNotEquals(
        Arrays.toString(Neighbours.of(ones(), 1)), Arrays.toString(Neighbours.of(ones(), 2)));
  }

  @Test
  void sizesStay() {
    Tensor sizes = Tensor.of(Shape.of(2), new long[] {3, 5});
    assertSame(sizes, Neighbours.of(sizes, 0));
  }
}
