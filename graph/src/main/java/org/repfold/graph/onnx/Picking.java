package org.repfold.graph.onnx;

import java.util.Arrays;
import java.util.BitSet;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * From which element of a value each element of another one comes.
 *
 * @param shape of the result
 * @param from for each element of the result, row-major, the row-major index in the source
 */
record Picking(Shape shape, int[] from) {

  /**
   * The source seen through a view: the element at some coordinates is the source's at {@code
   * offset} plus each coordinate times the stride of its axis.
   */
  static Picking strided(Shape shape, long offset, long... strides) {
    int[] from = new int[Math.toIntExact(shape.elements())];
    if (from.length == 0) {
      return new Picking(shape, from);
    }
    Arrays.fill(from, Math.toIntExact(offset));
    long inner = 1;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      long size = shape.dimension(axis);
      for (int i = 0; i < from.length; i++) {
        from[i] = Math.toIntExact(from[i] + i / inner % size * strides[axis]);
      }
      inner *= size;
    }
    return new Picking(shape, from);
  }

  /** A source repeated along its axes of size 1, and along axes that it lacks in front. */
  static Picking broadcast(Shape source, Shape shape) {
    long[] own = strides(source);
    long[] strides = new long[shape.rank()];
    int missing = shape.rank() - source.rank();
    for (int axis = missing; axis < strides.length; axis++) {
      strides[axis] = source.dimension(axis - missing) == 1 ? 0 : own[axis - missing];
    }
    return strided(shape, 0, strides);
  }

  /** Some positions along one axis, in any order. */
  static Picking along(Shape source, int axis, int... positions) {
    Shape shape = source.with(axis, positions.length);
    long inner = source.product(axis + 1, source.rank());
    long size = source.dimension(axis);
    int[] from = new int[Math.toIntExact(shape.elements())];
    for (int i = 0; i < from.length; i++) {
      long outer = i / inner / positions.length;
      from[i] =
          Math.toIntExact(
              (outer * size + positions[(int) (i / inner % positions.length)]) * inner + i % inner);
    }
    return new Picking(shape, from);
  }

  /** By how many elements neighbours along each axis are apart. */
  static long[] strides(Shape shape) {
    long[] strides = new long[shape.rank()];
    for (int axis = 0; axis < strides.length; axis++) {
      strides[axis] = shape.product(axis + 1, shape.rank());
    }
    return strides;
  }

  Tensor of(Tensor source) {
    return switch (source.type()) {
      case FLOAT64 -> {
        double[] picked = new double[from.length];
        Arrays.setAll(picked, i -> source.get(from[i]));
        yield Tensor.of(shape, picked);
      }
      case FLOAT32 -> {
        float[] picked = new float[from.length];
        for (int i = 0; i < from.length; i++) {
          picked[i] = (float) source.get(from[i]);
        }
        yield Tensor.of(shape, picked);
      }
      case INT64 -> {
        long[] picked = new long[from.length];
        Arrays.setAll(picked, i -> source.integer(from[i]));
        yield Tensor.of(shape, picked);
      }
    };
  }

  BitSet of(BitSet source) {
    BitSet picked = new BitSet();
    if (!source.isEmpty()) {
      for (int i = 0; i < from.length; i++) {
        picked.set(i, source.get(from[i]));
      }
    }
    return picked;
  }
}
