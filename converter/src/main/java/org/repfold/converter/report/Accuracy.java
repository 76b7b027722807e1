package org.repfold.converter.report;

import java.util.ArrayList;
import java.util.List;
import org.repfold.converter.verify.Behaviour;
import org.repfold.converter.verify.EngineResult;

/**
 * How well one form classifies real data.
 *
 * @param form {@code train} or {@code deploy}
 * @param engine that computed it
 * @param inputs the name of the data
 * @param samples how many
 * @param accuracy the share whose best class is the label; null without labels
 * @param samePredictions the share whose best class is the float64 train form's
 */
public record Accuracy(
    String form,
    String engine,
    String inputs,
    long samples,
    Double accuracy,
    double samePredictions) {
  static final String TRUTH_ENGINE = "nd4j-f64";

  /**
   * The accuracies that a verification found on real data, first that of the truth; empty if there
   * were no data.
   */
  public static List<Accuracy> of(Behaviour behaviour) {
    List<Accuracy> rows = new ArrayList<>();
    for (EngineResult result : behaviour.engines()) {
      if (result.inputs().equals("probes")) {
        continue;
      }
      if (rows.isEmpty() && result.predictions().truthAccuracy() != null) {
        rows.add(
            new Accuracy(
                "train",
                TRUTH_ENGINE,
                result.inputs(),
                result.predictions().samples(),
                result.predictions().truthAccuracy(),
                1));
      }
      rows.add(
          new Accuracy(
              result.form(),
              result.engine(),
              result.inputs(),
              result.predictions().samples(),
              result.predictions().accuracy(),
              result.predictions().top1Agreement()));
    }
    return List.copyOf(rows);
  }
}
