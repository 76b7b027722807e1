package org.repfold.converter.verify;

/**
 * Whether both forms are the same function, computed in float64 with parameters that are not
 * rounded.
 *
 * @param passed whether every compared value is within its bound
 * @param values how many numbers were compared
 * @param maxRelative the largest difference at any compared value, relative to that value's largest
 *     magnitude; null if a NaN or an infinity occurred
 * @param maxRelativeOutput that of the outputs alone
 */
public record Algebra(boolean passed, long values, Double maxRelative, Double maxRelativeOutput) {}
