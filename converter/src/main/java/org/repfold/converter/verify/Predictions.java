package org.repfold.converter.verify;

/**
 * What a classifier's users see.
 *
 * @param samples how many were classified
 * @param top1Agreement the share whose best class is the truth's
 * @param top5Agreement the share whose five best classes are the truth's, in any order; null with
 *     fewer than 6 classes
 * @param firstDisagreement the first sample whose best class is not the truth's; null if there is
 *     none
 * @param accuracy the share whose best class is the label; null without labels
 * @param truthAccuracy that of the truth; null without labels
 */
public record Predictions(
    long samples,
    double top1Agreement,
    Double top5Agreement,
    Long firstDisagreement,
    Double accuracy,
    Double truthAccuracy) {}
