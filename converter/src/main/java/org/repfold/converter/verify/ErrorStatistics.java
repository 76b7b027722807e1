package org.repfold.converter.verify;

import java.util.List;

/**
 * How far values are from the truth.
 *
 * @param values how many were compared
 * @param notFinite how many pairs had a NaN or an infinity on either side; they count in nothing
 *     else
 * @param largestTruth the largest magnitude of the truth
 * @param absolute {@code |found - truth|}
 * @param relative {@code |found - truth| / |truth|}; where the truth is 0: 0 if found is too, else
 *     1
 * @param relativeL2 {@code ||found - truth|| / ||truth||} over all values, by the same rule for 0
 * @param sampleRelativeL2 the root mean square over the samples of each sample's own relative L2,
 *     so that samples of any scale count alike
 * @param signalToNoise {@code 10 log10(||truth||^2 / ||found - truth||^2)} in decibel; null where
 *     nothing differs
 * @param cosine of the angle between both vectors; 1 if both are 0
 * @param smallestTolerance the smallest t with {@code |found - truth| <= t + t |truth|} everywhere
 * @param ulps how many values lie how far from the truth in ULP of float32; empty bins left out
 */
public record ErrorStatistics(
    long values,
    long notFinite,
    double largestTruth,
    Spread absolute,
    Spread relative,
    double relativeL2,
    double sampleRelativeL2,
    Double signalToNoise,
    double cosine,
    double smallestTolerance,
    List<UlpBin> ulps) {
  public ErrorStatistics {
    ulps = List.copyOf(ulps);
  }

  /** Where errors lie; the percentiles are at most 1/64 above the true ones and never below. */
  public record Spread(double max, double mean, double p50, double p90, double p99) {}

  /**
   * A bin of the histogram.
   *
   * @param upTo the largest distance in it; above all finite bins null
   */
  public record UlpBin(Double upTo, long count) {}
}
