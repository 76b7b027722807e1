package org.repfold.converter.verify;

import java.util.List;

/**
 * What users of both forms see in float32.
 *
 * @param passed whether every engine passed
 * @param factor how many times the train form's error the deploy form may have
 * @param roundingBound the error that it may have in any case
 * @param train the first train engine's result, on the data where given
 * @param deploy the first deploy engine's result on the same inputs
 * @param engines all results
 */
public record Behaviour(
    boolean passed,
    double factor,
    double roundingBound,
    EngineResult train,
    EngineResult deploy,
    List<EngineResult> engines) {
  public Behaviour {
    engines = List.copyOf(engines);
  }
}
