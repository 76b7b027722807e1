package org.repfold.converter.verify;

import java.util.List;

/**
 * Where the algebra first fails, in the order of computation.
 *
 * @param node of the deploy form whose value leaves its bound; those before it do not
 * @param sourceNode the value of the train form that it should equal
 * @param fold the rule of the fold that made it, null if no fold did
 * @param consumed the nodes that this fold took away
 * @param probe the kind of input at which it shows most
 * @param index of the largest difference, by axis, the batch first
 * @param expected the train form's value there, as text since it may not be finite
 * @param found the deploy form's value there
 * @param error relative to the value's largest magnitude; null if not finite
 * @param bound that it exceeds
 */
public record FirstFailure(
    String node,
    String sourceNode,
    String fold,
    List<String> consumed,
    String probe,
    List<Long> index,
    String expected,
    String found,
    Double error,
    double bound) {}
