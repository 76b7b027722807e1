package org.repfold.converter.verify;

import java.util.ArrayList;
import java.util.List;

/** Collects {@link ErrorStatistics} batch by batch. */
final class ErrorAccumulator {
  /**
   * Bins of 0, up to 1/2, 1, 2, 4, ... up to 2^22 ULP, and beyond: 2^23 ULP is an error of 100%.
   */
  private static final int LAST_BIN = 25;

  private final LogHistogram absoluteBins = new LogHistogram();
  private final LogHistogram relativeBins = new LogHistogram();
  private final long[] ulpBins = new long[LAST_BIN + 1];
  private long values;
  private long notFinite;
  private long samples;
  private double largestTruth;
  private double maxAbsolute;
  private double sumAbsolute;
  private double maxRelative;
  private double sumRelative;
  private double smallestTolerance;
  private double truthSquares;
  private double foundSquares;
  private double errorSquares;
  private double products;
  private double sampleSquares;

  /**
   * Compares values of equally many elements per sample.
   *
   * @throws IllegalArgumentException if the lengths differ or the samples do not divide them
   */
  void add(double[] truth, double[] found, int sampleCount) {
    if (truth.length != found.length || sampleCount < 1 || truth.length % sampleCount != 0) {
      throw new IllegalArgumentException(
          "expected as many values on both sides in "
              + sampleCount
              + " samples, found "
              + truth.length
              + " and "
              + found.length);
    }
    int size = truth.length / sampleCount;
    for (int sample = 0; sample < sampleCount; sample++) {
      addSample(truth, found, sample * size, (sample + 1) * size);
    }
  }

  private void addSample(double[] truth, double[] found, int from, int to) {
    double truthHere = 0;
    double errorHere = 0;
    for (int i = from; i < to; i++) {
      values++;
      if (!Double.isFinite(truth[i]) || !Double.isFinite(found[i])) {
        notFinite++;
        continue;
      }
      double error = Math.abs(found[i] - truth[i]);
      addElement(truth[i], found[i], error);
      errorHere += error * error;
      truthHere += truth[i] * truth[i];
    }
    truthSquares += truthHere;
    errorSquares += errorHere;
    double relative = ratio(Math.sqrt(errorHere), Math.sqrt(truthHere));
    sampleSquares += relative * relative;
    samples++;
  }

  private void addElement(double truth, double found, double error) {
    double magnitude = Math.abs(truth);
    double relative = ratio(error, magnitude);
    largestTruth = Math.max(largestTruth, magnitude);
    maxAbsolute = Math.max(maxAbsolute, error);
    sumAbsolute += error;
    maxRelative = Math.max(maxRelative, relative);
    sumRelative += relative;
    smallestTolerance = Math.max(smallestTolerance, error / (1 + magnitude));
    absoluteBins.add(error);
    relativeBins.add(relative);
    ulpBins[bin(Ulp.distance(truth, found))]++;
    foundSquares += found * found;
    products += truth * found;
  }

  /** The share that an error has of a magnitude; the explicit rule for a magnitude of 0. */
  private static double ratio(double error, double magnitude) {
    if (magnitude == 0) {
      return error == 0 ? 0 : 1;
    }
    return Math.min(error / magnitude, Double.MAX_VALUE);
  }

  private static int bin(double ulps) {
    int bin = 0;
    while (bin < LAST_BIN && ulps > edge(bin)) {
      bin++;
    }
    return bin;
  }

  private static double edge(int bin) {
    return bin == 0 ? 0 : Math.scalb(1.0, bin - 2);
  }

  ErrorStatistics statistics() {
    long finite = Math.max(1, values - notFinite);
    List<ErrorStatistics.UlpBin> ulps = new ArrayList<>();
    for (int bin = 0; bin <= LAST_BIN; bin++) {
      if (ulpBins[bin] > 0) {
        Double upTo = bin == LAST_BIN ? null : Double.valueOf(edge(bin));
        ulps.add(new ErrorStatistics.UlpBin(upTo, ulpBins[bin]));
      }
    }
    return new ErrorStatistics(
        values,
        notFinite,
        largestTruth,
        spread(maxAbsolute, sumAbsolute / finite, absoluteBins),
        spread(maxRelative, sumRelative / finite, relativeBins),
        ratio(Math.sqrt(errorSquares), Math.sqrt(truthSquares)),
        Math.sqrt(sampleSquares / Math.max(1, samples)),
        errorSquares == 0 ? null : Double.valueOf(decibel(truthSquares / errorSquares)),
        cosine(),
        smallestTolerance,
        ulps);
  }

  private static ErrorStatistics.Spread spread(double max, double mean, LogHistogram bins) {
    return new ErrorStatistics.Spread(
        max,
        mean,
        Math.min(max, bins.quantile(0.5)),
        Math.min(max, bins.quantile(0.9)),
        Math.min(max, bins.quantile(0.99)));
  }

  /** As low as an error that a float64 can tell from none, so that a truth of 0 stays a number. */
  private static double decibel(double powerRatio) {
    return 10 * Math.log10(Math.max(powerRatio, Double.MIN_NORMAL));
  }

  private double cosine() {
    double lengths = Math.sqrt(truthSquares) * Math.sqrt(foundSquares);
    if (lengths == 0) {
      return truthSquares == foundSquares ? 1 : 0;
    }
    return Math.max(-1, Math.min(1, products / lengths));
  }
}
