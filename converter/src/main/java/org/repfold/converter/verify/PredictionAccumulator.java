package org.repfold.converter.verify;

import java.util.BitSet;

/** Collects {@link Predictions} batch by batch. */
final class PredictionAccumulator {
  private static final int TOP = 5;

  private long samples;
  private long sameBest;
  private long sameTop;
  private long right;
  private long truthRight;
  private boolean labelled;
  private boolean enoughClasses = true;
  private Long firstDisagreement;

  /**
   * Compares scores {@code [N, classes]}, row-major.
   *
   * @param labels of these samples; empty if there are none
   */
  void add(double[] truth, double[] found, int sampleCount, int[] labels) {
    int classes = truth.length / sampleCount;
    labelled |= labels.length > 0;
    enoughClasses &= classes > TOP;
    for (int sample = 0; sample < sampleCount; sample++) {
      int truthBest = best(truth, sample * classes, classes);
      int foundBest = best(found, sample * classes, classes);
      if (truthBest == foundBest) {
        sameBest++;
      } else if (firstDisagreement == null) {
        firstDisagreement = samples;
      }
      if (enoughClasses
          && top(truth, sample * classes, classes).equals(top(found, sample * classes, classes))) {
        sameTop++;
      }
      if (labels.length > 0) {
        right += foundBest == labels[sample] ? 1 : 0;
        truthRight += truthBest == labels[sample] ? 1 : 0;
      }
      samples++;
    }
  }

  Predictions predictions() {
    return new Predictions(
        samples,
        share(sameBest),
        enoughClasses ? Double.valueOf(share(sameTop)) : null,
        firstDisagreement,
        labelled ? Double.valueOf(share(right)) : null,
        labelled ? Double.valueOf(share(truthRight)) : null);
  }

  private double share(long count) {
    return samples == 0 ? 0 : (double) count / samples;
  }

  /** The index of the first largest score; -1 if every score is NaN. */
  private static int best(double[] scores, int from, int classes) {
    int best = -1;
    for (int i = 0; i < classes; i++) {
      if (scores[from + i] > (best < 0 ? Double.NEGATIVE_INFINITY : scores[from + best])) {
        best = i;
      }
    }
    return best;
  }

  private static BitSet top(double[] scores, int from, int classes) {
    BitSet top = new BitSet(classes);
    for (int rank = 0; rank < TOP; rank++) {
      int best = -1;
      for (int i = 0; i < classes; i++) {
        if (!top.get(i) && (best < 0 || scores[from + i] > scores[from + best])) {
          best = i;
        }
      }
      top.set(best);
    }
    return top;
  }
}
