package org.repfold.converter.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BatchSizeTest {
  @Test
  void smallInputsAreComputedAsManyAtOnceAsWanted() {
    assertEquals(100, BatchSize.of(100, 28 * 28));
  }

  @Test
  void largeInputsAreComputedFewAtOnce() {
    assertEquals(6, BatchSize.of(100, 3 * 224 * 224));
  }

  @Test
  void theLargestInputIsComputedAlone() {
    assertEquals(1, BatchSize.of(100, 1L << 40));
  }
}
