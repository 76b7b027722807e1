package org.repfold.converter.report;

import java.util.List;
import java.util.Map;

/**
 * All that differs between two runs of the same command.
 *
 * @param speed of both forms
 * @param training each epoch of the train form's training; empty if it was not trained in this run
 * @param verificationSeconds by question
 */
public record Timings(
    List<Speed> speed, List<Epoch> training, Map<String, Double> verificationSeconds) {
  public Timings {
    speed = List.copyOf(speed);
    training = List.copyOf(training);
    verificationSeconds = Map.copyOf(verificationSeconds);
  }

  /** Nothing was measured. */
  public static Timings none() {
    return new Timings(List.of(), List.of(), Map.of());
  }

  /**
   * The latency of one form.
   *
   * @param form {@code train} or {@code deploy}
   * @param batch samples per run
   * @param medianMs milliseconds per run
   * @param p95Ms that 95 % of the runs do not exceed
   */
  public record Speed(
      String form, String engine, int batch, double medianMs, double p95Ms, int runs) {}

  /**
   * One pass over the training data.
   *
   * @param epoch from 1
   * @param loss mean over the epoch
   * @param trainingAccuracy share; null if not measured
   * @param testAccuracy share; null if not measured
   * @param seconds that it took
   */
  public record Epoch(
      int epoch, double loss, Double trainingAccuracy, Double testAccuracy, double seconds) {}
}
