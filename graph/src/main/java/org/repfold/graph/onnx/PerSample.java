package org.repfold.graph.onnx;

import java.util.BitSet;
import org.repfold.graph.Shape;

/**
 * A value that is known but for how many samples there are: along one axis it has a part for each
 * of them, and the parts are alike, or count the samples. Exporters write so which elements of a
 * batch an assignment concerns, and what it assigns.
 *
 * @param first the first sample's part, of size 1 along the axis
 * @param axis along which the samples lie
 * @param counting which elements of the first part are larger by 1 in each further sample
 */
record PerSample(Known first, int axis, BitSet counting) {

  /** The whole value's shape, of unknown size along the axis. */
  Shape shape() {
    return first.shape().with(axis, Shape.UNKNOWN);
  }

  /** The same for all samples. */
  boolean isAlike() {
    return counting.isEmpty();
  }

  PerSample picked(Picking picking, int newAxis) {
    return new PerSample(first.picked(picking), newAxis, picking.of(counting));
  }

  PerSample reshaped(Shape shape, int newAxis) {
    return new PerSample(first.reshaped(shape), newAxis, counting);
  }
}
