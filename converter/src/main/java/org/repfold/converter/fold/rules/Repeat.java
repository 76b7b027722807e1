package org.repfold.converter.fold.rules;

import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

/**
 * A BatchNormalization whose channels have been split into several each, all with the same
 * statistics.
 */
final class Repeat {
  private Repeat() {}

  static Operator.BatchNormalization channels(Operator.BatchNormalization norm, int times) {
    return norm.mapParameters(tensor -> repeat(tensor, times));
  }

  private static Tensor repeat(Tensor vector, int times) {
    double[] repeated = new double[vector.size() * times];
    for (int i = 0; i < repeated.length; i++) {
      repeated[i] = vector.get(i / times);
    }
    return Tensor.vector(repeated);
  }
}
