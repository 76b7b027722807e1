package org.repfold.converter.verify;

import java.util.List;

/**
 * One engine's outputs against the float64 truth of the train form.
 *
 * @param engine its name
 * @param form {@code train} or {@code deploy}
 * @param inputs {@code probes}, or the name of the data
 * @param relativeL2 the figure that is judged: {@link ErrorStatistics#sampleRelativeL2()}
 * @param allowed its bound; null for a train form, which is what the bound is made of
 * @param passed whether it is within its bound, every value is finite, and every labelled image has
 *     the truth's class
 */
public record EngineResult(
    String engine,
    String form,
    String inputs,
    double relativeL2,
    Double allowed,
    boolean passed,
    ErrorStatistics errors,
    Predictions predictions,
    List<String> failures) {
  public EngineResult {
    failures = List.copyOf(failures);
  }
}
