package org.repfold.converter.verify;

/**
 * One value that both forms compute, over all probes.
 *
 * @param node its name in the deploy form
 * @param sourceNode its name in the train form
 * @param passed whether the algebra holds here
 * @param algebra the largest difference between both forms in float64, relative to the value's
 *     largest magnitude in that probe; null if a NaN or an infinity occurred
 * @param bound that it must not exceed
 * @param trainRelativeL2 error of the train form in float32 against the float64 truth, root mean
 *     square over the probes; null, as all that follow, if not finite or not compared
 * @param deployRelativeL2 that of the deploy form
 * @param trainMaxAbsolute the train form's largest absolute error in float32
 * @param deployMaxAbsolute that of the deploy form
 */
public record ValueCheck(
    String node,
    String sourceNode,
    boolean passed,
    Double algebra,
    double bound,
    Double trainRelativeL2,
    Double deployRelativeL2,
    Double trainMaxAbsolute,
    Double deployMaxAbsolute) {}
