package org.repfold.converter.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class UlpTest {
  @Test
  void spacingDoublesAtPowersOfTwo() {
    assertEquals(0x1p-23, Ulp.spacing(1));
    assertEquals(0x1p-23, Ulp.spacing(Math.nextDown(2.0)));
    assertEquals(0x1p-22, Ulp.spacing(-2));
    assertEquals(0x1p-24, Ulp.spacing(Math.nextDown(1.0)));
  }

  @Test
  void spacingIsThatOfTheSubnormalsBelowTheSmallestNormalNumber() {
    assertEquals(Float.MIN_VALUE, Ulp.spacing(0));
    assertEquals(Float.MIN_VALUE, Ulp.spacing(-0.0));
    assertEquals(Float.MIN_VALUE, Ulp.spacing(1e-300));
    assertEquals(Float.MIN_VALUE, Ulp.spacing(Float.MIN_NORMAL));
    assertEquals(2 * (double) Float.MIN_VALUE, Ulp.spacing(2 * (double) Float.MIN_NORMAL));
  }

  @Test
  void distanceCountsPlaces() {
    assertEquals(0, Ulp.distance(1, 1f));
    assertEquals(1, Ulp.distance(1, Math.nextUp(1f)));
    assertEquals(0.5, Ulp.distance(1 + 0x1p-24, 1f));
    assertEquals(0.5, Ulp.distance(0x1p-150, 0f));
    assertEquals(0, Ulp.distance(0, -0f));
    assertEquals(Double.POSITIVE_INFINITY, Ulp.distance(1, Float.NaN));
    assertEquals(Double.POSITIVE_INFINITY, Ulp.distance(1e39, (float) 1e39));
  }

  @Test
  void roundingToNearestIsNeverBeyondHalfAPlace() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      double value = random.nextGaussian() * Math.scalb(1.0, random.nextInt(270) - 150);
      if (!Ulp.overflows(value)) {
        assertTrue(Ulp.distance(value, (float) value) <= 0.5, "at " + value);
      }
    }
  }

  @Test
  void overflowBeginsHalfAPlaceAboveTheLargestNumber() {
    double limit = Float.MAX_VALUE + 0x1p103;
    assertTrue(Ulp.overflows(limit) && Float.isInfinite((float) limit));
    double below = Math.nextDown(limit);
    assertFalse(Ulp.overflows(below) || Float.isInfinite((float) below));
    assertTrue(Ulp.distance(below, Float.MAX_VALUE) <= 0.5);
  }
}
