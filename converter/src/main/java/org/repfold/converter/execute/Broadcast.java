package org.repfold.converter.execute;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.Shape;

/** NumPy's broadcasting: axes are aligned at the end, and an axis of size 1 repeats. */
final class Broadcast {
  private Broadcast() {}

  /** The shape that two known shapes broadcast to. */
  static Shape shape(Shape left, Shape right) {
    int rank = Math.max(left.rank(), right.rank());
    long[] result = new long[rank];
    for (int i = 1; i <= rank; i++) {
      long a = i <= left.rank() ? left.dimension(-i) : 1;
      long b = i <= right.rank() ? right.dimension(-i) : 1;
      result[rank - i] = a == 1 ? b : a;
    }
    return Shape.of(result);
  }

  /** A view with axes of size 1 put in front until it has the given rank. */
  static INDArray withRank(INDArray array, int rank) {
    if (array.rank() == rank) {
      return array;
    }
    long[] shape = new long[rank];
    Arrays.fill(shape, 1);
    System.arraycopy(array.shape(), 0, shape, rank - array.rank(), array.rank());
    return array.reshape('c', shape);
  }

  /**
   * The array repeated along its axes of size 1 up to the given shape; a view where nothing
   * repeats, else the caller's to close.
   */
  static INDArray to(INDArray array, Shape shape) {
    INDArray ranked = withRank(array, shape.rank());
    return Arrays.equals(ranked.shape(), shape.toArray())
        ? ranked
        : ranked.broadcast(Nd4j.createUninitialized(array.dataType(), shape.toArray(), 'c'));
  }
}
