/**
 * Proof that a deploy form computes what its train form does: algebra in float64, rounding in units
 * in the last place, behaviour against the float64 truth, with the probes, statistics and
 * localisation that they need. Results are records that say everything a report shows. Rendering
 * them belongs in {@code report}, computing graphs in {@code execute}.
 */
package org.repfold.converter.verify;
