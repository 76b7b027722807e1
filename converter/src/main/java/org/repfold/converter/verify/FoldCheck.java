package org.repfold.converter.verify;

import org.repfold.converter.verify.certificate.Certificate;

/**
 * One fold and how well it was verified.
 *
 * @param rule its name
 * @param replaced the train form's value that it recomputes
 * @param result the deploy form's value; null if a later fold took it away
 * @param certificate what is known of it for all inputs
 * @param passed whether the algebra holds at its result; where a later fold took that away, whether
 *     the fold is certified, or else whether the algebra holds at the outputs
 * @param algebra the largest relative difference at its result in float64; null if not compared or
 *     not finite
 */
public record FoldCheck(
    String rule,
    String replaced,
    String result,
    Certificate certificate,
    boolean passed,
    Double algebra) {}
