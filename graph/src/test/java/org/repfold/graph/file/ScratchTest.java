package org.repfold.graph.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

class ScratchTest {
  private static final int MANY = 200_003;

  @Test
  void numbersAreKeptBitForBit() {
    double[] numbers = new Random(3).doubles(MANY, -1e300, 1e300).toArray();
    numbers[0] = -0.0;
    numbers[1] = Double.MIN_VALUE;
    numbers[2] = Double.NEGATIVE_INFINITY;
    Tensor tensor = Tensor.of(Shape.of(MANY, 1), numbers);
    Tensor kept = Scratch.keep(tensor);
    assertTrue(kept.isView());
    assertEquals(tensor, kept);
  }

  @Test
  void whatIsNotOnTheHeapStaysWhereItIs() {
    Tensor kept = Scratch.keep(Tensor.vector(new double[MANY]));
    assertSame(kept, Scratch.keep(kept));
  }

  @Test
  void numbersKeepTheirType() {
    float[] numbers = new float[2 * MANY];
    numbers[MANY] = 0.1f;
    Tensor tensor = Tensor.of(Shape.of(2 * MANY), numbers);
    assertTrue(Scratch.keep(tensor).isView());
    assertEquals(tensor, Scratch.keep(tensor));
  }

  @Test
  void fewNumbersAndIntegersStayOnTheHeap() {
    Tensor few = Tensor.vector(1, 2);
    Tensor integers = Tensor.of(Shape.of(MANY), new long[MANY]);
    assertSame(few, Scratch.keep(few));
    assertSame(integers, Scratch.keep(integers));
  }
}
