package org.repfold.converter.verify;

/**
 * One fold and how well it was verified.
 *
 * @param rule its name
 * @param replaced the train form's value that it recomputes
 * @param result the deploy form's value; null if a later fold took it away
 * @param certificate {@code sampled}: compared on probes, not for all inputs
 * @param passed whether the algebra holds at its result, or at the outputs if a later fold took it
 *     away
 * @param algebra the largest relative difference at its result in float64; null if not compared or
 *     not finite
 */
public record FoldCheck(
    String rule,
    String replaced,
    String result,
    String certificate,
    boolean passed,
    Double algebra) {}
