package org.repfold.converter.verify.certificate;

import java.util.Optional;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/**
 * Which rows of an operand an operator needs for row {@code y} of its result: {@code stride y -
 * before + k dilation} for each {@code k} below {@code kernel}, of which those that do not exist
 * count as a constant or not at all.
 *
 * @param before rows put before the operand's
 */
record Reach(long stride, long dilation, long kernel, long before) {
  private static final Reach ITSELF = new Reach(1, 1, 1, 0);

  /** Of a spatial axis; empty where the operator does not treat all positions alike. */
  static Optional<Reach> of(Operator operator, int axis) {
    if (operator instanceof Operator.Conv conv) {
      int kernel = axis == 2 ? conv.kernelHeight() : conv.kernelWidth();
      return Optional.of(of(conv.window(), kernel, axis));
    } else if (operator instanceof Pooling.AveragePool pool) {
      int kernel = axis == 2 ? pool.kernelHeight() : pool.kernelWidth();
      return Optional.of(of(pool.window(), kernel, axis));
    } else if (operator instanceof Movement.Pad pad && pad.before().size() == 4) {
      return Optional.of(new Reach(1, 1, 1, pad.before().get(axis)));
    }
    return operator instanceof Operator.BatchNormalization
            || operator instanceof Operator.Elementwise
            || operator instanceof Operator.Identity
            || operator instanceof Unary.Neg
        ? Optional.of(ITSELF)
        : Optional.empty();
  }

  private static Reach of(Window window, int kernel, int axis) {
    return axis == 2
        ? new Reach(window.strideHeight(), window.dilationHeight(), kernel, window.padTop())
        : new Reach(window.strideWidth(), window.dilationWidth(), kernel, window.padLeft());
  }

  /** How far above {@code stride y} the first row is. */
  long above() {
    return before;
  }

  /** How far below {@code stride y} the last row is. */
  long below() {
    return dilation * (kernel - 1) - before;
  }
}
