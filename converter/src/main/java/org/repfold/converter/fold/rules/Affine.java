package org.repfold.converter.fold.rules;

import java.util.Arrays;
import org.repfold.graph.Operator;

/**
 * {@code scale * x + shift} per channel: what a BatchNormalization computes in inference, with
 * {@code scale = gamma / sqrt(variance + epsilon)} and {@code shift = beta - mean * scale} (Ioffe
 * and Szegedy 2015, algorithm 2).
 */
record Affine(double[] scale, double[] shift) {

  static Affine of(Operator.BatchNormalization norm) {
    double[] scale = new double[norm.channels()];
    double[] shift = new double[norm.channels()];
    for (int c = 0; c < scale.length; c++) {
      scale[c] = norm.scale().get(c) / Math.sqrt(norm.variance().get(c) + norm.epsilon());
      shift[c] = norm.shift().get(c) - norm.mean().get(c) * scale[c];
    }
    return new Affine(scale, shift);
  }

  boolean shiftsNothing() {
    return Arrays.stream(shift).allMatch(t -> t == 0);
  }
}
