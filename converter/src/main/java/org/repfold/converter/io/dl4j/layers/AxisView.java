package org.repfold.converter.io.dl4j.layers;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array seen along one of its axes. What it gives are views of a row-major array, copies of
 * another.
 */
record AxisView(INDArray array, int axis) {

  /** Whether nothing lies behind the axis, so that the array is a matrix of rows. */
  boolean isLast() {
    return behind() == 1;
  }

  /** {@code [before, size]}, where the axis is the last. */
  INDArray rows() {
    return array.reshape('c', array.length() / array.size(axis), array.size(axis));
  }

  /** {@code [before, size, behind]}. */
  INDArray runs() {
    long behind = behind();
    long size = array.size(axis);
    return array.reshape('c', array.length() / (size * behind), size, behind);
  }

  /** The shape with another size along the axis. */
  long[] shapeWith(long size) {
    long[] shape = array.shape().clone();
    shape[axis] = size;
    return shape;
  }

  private long behind() {
    long behind = 1;
    for (int i = axis + 1; i < array.rank(); i++) {
      behind *= array.size(i);
    }
    return behind;
  }
}
