package org.repfold.converter.execute;

import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.Movement;

/** Operators that move elements about: copies from and into views. */
final class Movements {
  private Movements() {}

  static INDArray of(Movement operator, List<INDArray> inputs) {
    INDArray x = inputs.get(0);
    if (operator instanceof Movement.Flatten) {
      return NdArrays.copy(x, x.size(0), x.length() / x.size(0));
    } else if (operator instanceof Movement.Reshape reshape) {
      return NdArrays.copy(x, resolved(reshape, x.length()));
    } else if (operator instanceof Movement.Transpose transpose) {
      return NdArrays.copy(
          x.permute(transpose.permutation().stream().mapToInt(Integer::intValue).toArray()));
    } else if (operator instanceof Movement.Concat concat) {
      return concatenated(concat.axis(), inputs);
    } else if (operator instanceof Movement.Slice slice) {
      return sliced(slice, x);
    } else if (operator instanceof Movement.Pad pad) {
      return padded(pad, x);
    } else if (operator instanceof Movement.Resize resize) {
      return resized(resize, x);
    }
    throw new IllegalArgumentException("operator " + operator.type() + " cannot be executed");
  }

  private static long[] resolved(Movement.Reshape reshape, long length) {
    long[] shape = reshape.shape().stream().mapToLong(Long::longValue).toArray();
    long known = Arrays.stream(shape).filter(size -> size >= 0).reduce(1, (a, b) -> a * b);
    for (int i = 0; i < shape.length; i++) {
      shape[i] = shape[i] < 0 ? length / known : shape[i];
    }
    return shape;
  }

  private static INDArray concatenated(int axis, List<INDArray> inputs) {
    long[] shape = inputs.get(0).shape().clone();
    shape[axis] = inputs.stream().mapToLong(x -> x.size(axis)).sum();
    INDArray result = Nd4j.createUninitialized(inputs.get(0).dataType(), shape, 'c');
    long start = 0;
    for (INDArray x : inputs) {
      NdArrays.view(result, start * result.stride(axis), x.shape(), result.stride()).assign(x);
      start += x.size(axis);
    }
    return result;
  }

  private static INDArray sliced(Movement.Slice slice, INDArray x) {
    long[] shape = x.shape().clone();
    shape[slice.axis()] = slice.end() - slice.start();
    long offset = slice.start() * x.stride(slice.axis());
    return NdArrays.copy(NdArrays.view(x, offset, shape, x.stride()));
  }

  private static INDArray padded(Movement.Pad pad, INDArray x) {
    long[] shape = x.shape().clone();
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] += pad.before().get(axis) + pad.after().get(axis);
    }
    INDArray result = Nd4j.createUninitialized(x.dataType(), shape, 'c').assign(pad.value());
    long offset = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      offset += pad.before().get(axis) * result.stride(axis);
    }
    NdArrays.view(result, offset, x.shape(), result.stride()).assign(x);
    return result;
  }

  private static INDArray resized(Movement.Resize resize, INDArray x) {
    int down = resize.scaleHeight();
    int right = resize.scaleWidth();
    INDArray result =
        Nd4j.createUninitialized(
            x.dataType(),
            new long[] {x.size(0), x.size(1), down * x.size(2), right * x.size(3)},
            'c');
    long[] strides = result.stride().clone();
    long row = strides[2];
    strides[2] = down * row;
    strides[3] = right;
    for (int dy = 0; dy < down; dy++) {
      for (int dx = 0; dx < right; dx++) {
        NdArrays.view(result, dy * row + dx, x.shape(), strides).assign(x);
      }
    }
    return result;
  }
}
