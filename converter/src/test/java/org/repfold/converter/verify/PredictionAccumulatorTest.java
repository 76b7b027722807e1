package org.repfold.converter.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class PredictionAccumulatorTest {
  @Test
  void agreementAndAccuracyAreCountedOverBatches() {
    PredictionAccumulator accumulator = new PredictionAccumulator();
    accumulator.add(
        new double[] {1, 2, 0, 5, 1, 1}, new double[] {1, 2, 0, 4, 5, 1}, 2, new int[] {1, 1});
    accumulator.add(new double[] {0, 0, 1}, new double[] {0, 0, 2}, 1, new int[] {0});
    Predictions p = accumulator.predictions();
    assertEquals(3, p.samples());
    assertEquals(2.0 / 3, p.top1Agreement());
    assertEquals(1, p.firstDisagreement());
    assertEquals(2.0 / 3, p.accuracy());
    assertEquals(1.0 / 3, p.truthAccuracy());
    assertNull(p.top5Agreement());
  }

  @Test
  void topFiveAgreesInAnyOrder() {
    PredictionAccumulator accumulator = new PredictionAccumulator();
    accumulator.add(
        new double[] {7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1},
        new double[] {3, 4, 5, 6, 7, 2, 1, 7, 6, 5, 4, 2, 3, 1},
        2,
        new int[0]);
    Predictions p = accumulator.predictions();
    assertEquals(0.5, p.top5Agreement());
    assertEquals(0.5, p.top1Agreement());
    assertNull(p.accuracy());
  }

  @Test
  void theFirstOfEqualScoresIsBestAndNaNNeverIs() {
    PredictionAccumulator accumulator = new PredictionAccumulator();
    accumulator.add(new double[] {Double.NaN, 3, 3}, new double[] {0, 3, 2}, 1, new int[] {1});
    assertEquals(1, accumulator.predictions().top1Agreement());
  }
}
