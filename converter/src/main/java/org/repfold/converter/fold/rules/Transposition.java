package org.repfold.converter.fold.rules;

import java.util.List;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** The elements of a constant in another order of its axes. */
final class Transposition {
  private Transposition() {}

  /** Axis {@code i} of the result is axis {@code permutation[i]} of the tensor. */
  static Tensor of(Tensor tensor, List<Integer> permutation) {
    int rank = permutation.size();
    long[] sizes = tensor.shape().toArray();
    int[] strides = new int[rank];
    int stride = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= (int) sizes[axis];
    }
    Shape shape = Shape.of(permutation.stream().mapToLong(axis -> sizes[axis]).toArray());
    double[] moved = new double[tensor.size()];
    for (int i = 0; i < moved.length; i++) {
      int rest = i;
      int from = 0;
      for (int axis = rank - 1; axis >= 0; axis--) {
        int size = (int) shape.dimension(axis);
        from += rest % size * strides[permutation.get(axis)];
        rest /= size;
      }
      moved[i] = tensor.get(from);
    }
    return Tensor.of(shape, moved);
  }
}
