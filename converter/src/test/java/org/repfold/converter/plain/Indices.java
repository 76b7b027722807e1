package org.repfold.converter.plain;

import java.util.function.IntUnaryOperator;
import org.repfold.graph.Shape;

/** Row-major indices. */
final class Indices {
  private Indices() {}

  /** The element of {@code from} that is broadcast to an element of {@code to}. */
  static int broadcast(int index, Shape to, Shape from) {
    int rest = index;
    int result = 0;
    int stride = 1;
    for (int axis = 1; axis <= from.rank(); axis++) {
      int size = Math.toIntExact(from.dimension(-axis));
      int position = rest % Math.toIntExact(to.dimension(-axis));
      rest /= Math.toIntExact(to.dimension(-axis));
      result += size == 1 ? 0 : position * stride;
      stride *= size;
    }
    return result;
  }

  /** The positions along each axis. */
  static int[] positions(int index, Shape shape) {
    int[] positions = new int[shape.rank()];
    int rest = index;
    for (int axis = positions.length - 1; axis >= 0; axis--) {
      int size = Math.toIntExact(shape.dimension(axis));
      positions[axis] = rest % size;
      rest /= size;
    }
    return positions;
  }

  /** The index of the element whose position along each axis is the given one; -1 outside. */
  static int at(Shape shape, IntUnaryOperator position) {
    int index = 0;
    for (int axis = 0; axis < shape.rank(); axis++) {
      int size = Math.toIntExact(shape.dimension(axis));
      int here = position.applyAsInt(axis);
      if (here < 0 || here >= size) {
        return -1;
      }
      index = index * size + here;
    }
    return index;
  }
}
