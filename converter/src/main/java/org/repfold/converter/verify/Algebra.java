package org.repfold.converter.verify;

/**
 * Whether both forms are the same function, computed in float64 with parameters that are not
 * rounded.
 *
 * @param passed whether every compared value is within its bound, and no fold is refuted
 * @param values how many numbers were compared
 * @param maxRelative the largest difference at any compared value, relative to that value's largest
 *     magnitude; null if a NaN or an infinity occurred
 * @param maxRelativeOutput that of the outputs alone
 * @param folds how many folds there are
 * @param certified how many of them are the same function for all inputs
 */
public record Algebra(
    boolean passed,
    long values,
    Double maxRelative,
    Double maxRelativeOutput,
    int folds,
    int certified) {}
