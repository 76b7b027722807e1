package org.repfold.converter.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorAccumulatorTest {
  /** Sums of a handful of numbers. */
  private static final double TOLERANCE = 1e-15;

  @Test
  void figuresAreThoseOfHandComputation() {
    ErrorStatistics s = statistics(2, new double[] {3, 4, 0, 2}, new double[] {3, 4.5, 0, 1});
    assertEquals(4, s.values());
    assertEquals(4, s.largestTruth());
    assertEquals(1, s.absolute().max());
    assertEquals(1.5 / 4, s.absolute().mean(), TOLERANCE);
    assertEquals(0.5, s.relative().max());
    assertEquals((0.125 + 0.5) / 4, s.relative().mean(), TOLERANCE);
    assertEquals(Math.sqrt(1.25 / 29), s.relativeL2(), TOLERANCE);
    assertEquals(Math.sqrt((0.01 + 0.25) / 2), s.sampleRelativeL2(), TOLERANCE);
    assertEquals(10 * Math.log10(29 / 1.25), s.signalToNoise(), 1e-12);
    assertEquals(29 / Math.sqrt(29 * 30.25), s.cosine(), TOLERANCE);
    assertEquals(1.0 / 3, s.smallestTolerance(), TOLERANCE);
  }

  @Test
  void equalValuesHaveNoError() {
    ErrorStatistics s = statistics(1, new double[] {1, -2, 0}, new double[] {1, -2, -0.0});
    assertEquals(0, s.absolute().max());
    assertEquals(0, s.sampleRelativeL2());
    assertNull(s.signalToNoise());
    assertEquals(1, s.cosine(), TOLERANCE);
    assertEquals(List.of(new ErrorStatistics.UlpBin(0.0, 3)), s.ulps());
  }

  @Test
  void ulpsFallIntoBinsThatDouble() {
    double one = 0x1p-23;
    ErrorStatistics s =
        statistics(
            1,
            new double[] {1, 1, 1, 1, 1, 1},
            new double[] {1, 1 + one / 2, 1 + one, 1 + 3 * one, 1 + 4 * one, 100});
    assertEquals(
        List.of(
            new ErrorStatistics.UlpBin(0.0, 1),
            new ErrorStatistics.UlpBin(0.5, 1),
            new ErrorStatistics.UlpBin(1.0, 1),
            new ErrorStatistics.UlpBin(4.0, 2),
            new ErrorStatistics.UlpBin(null, 1)),
        s.ulps());
  }

  @Test
  void anErrorWhereTheTruthIsZeroCountsAsWhole() {
    ErrorStatistics s = statistics(1, new double[] {0, 0}, new double[] {0, 1e-9});
    assertEquals(1, s.relative().max());
    assertEquals(1, s.sampleRelativeL2());
    assertEquals(0, s.cosine());
    assertTrue(Double.isFinite(s.signalToNoise()));
  }

  @Test
  void valuesThatAreNotFiniteAreCountedApart() {
    ErrorStatistics s =
        statistics(
            1,
            new double[] {Double.NaN, 1, 2, 4},
            new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NaN, 4});
    assertEquals(3, s.notFinite());
    assertEquals(0, s.absolute().max());
  }

  @Test
  void percentilesAreAtMostASixtyFourthAbove() {
    double[] truth = new double[1000];
    double[] found = new double[1000];
    for (int i = 0; i < 1000; i++) {
      found[i] = i + 1;
    }
    ErrorStatistics.Spread spread = statistics(1, truth, found).absolute();
    assertPercentile(500, spread.p50());
    assertPercentile(900, spread.p90());
    assertPercentile(990, spread.p99());
    assertEquals(1000, spread.max());
  }

  @Test
  void differentLengthsAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new ErrorAccumulator().add(new double[2], new double[3], 1));
  }

  private static void assertPercentile(double expected, double found) {
    assertTrue(found >= expected && found <= expected * (1 + 1.0 / 64), expected + " " + found);
  }

  private static ErrorStatistics statistics(int samples, double[] truth, double[] found) {
    ErrorAccumulator accumulator = new ErrorAccumulator();
    accumulator.add(truth, found, samples);
    return accumulator.statistics();
  }
}
