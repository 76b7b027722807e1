package org.repfold.converter.verify;

import java.util.List;
import java.util.Map;

/**
 * The outcome of a verification; ready for JSON. All but the timings is the same for the same
 * graphs, options and backend.
 *
 * @param passed whether all three questions were answered with yes
 * @param seed of the probes
 * @param probes all inputs used
 * @param algebra question 1: is the fold right?
 * @param rounding question 2: are the shipped weights the best ones?
 * @param behaviour question 3: what will a user see?
 * @param folds each fold in order
 * @param values each value that both forms compute, in the deploy form's order
 * @param firstFailure where the algebra first fails; null if it holds
 * @param failures one sentence each; empty if passed
 * @param timings seconds by question
 */
public record Verification(
    boolean passed,
    long seed,
    List<ProbeDescription> probes,
    Algebra algebra,
    Rounding rounding,
    Behaviour behaviour,
    List<FoldCheck> folds,
    List<ValueCheck> values,
    FirstFailure firstFailure,
    List<String> failures,
    Map<String, Double> timings) {
  public Verification {
    probes = List.copyOf(probes);
    folds = List.copyOf(folds);
    values = List.copyOf(values);
    failures = List.copyOf(failures);
  }

  /** A kind of made-up input, the seed of its random numbers, and how many there are. */
  public record ProbeDescription(String kind, long seed, int samples) {}
}
