package org.repfold.zoo.train.kernels;

import java.util.function.LongConsumer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;

/** Matrix products of matrices in C order, without copies, on several threads. */
final class RowMajor {
  /** Fixed, so that the result does not depend on the number of cores. */
  private static final int PARTS = 2;

  /** Multiplications under which a second thread does not pay. */
  private static final long PARALLEL_WORK = 1 << 20;

  private RowMajor() {}

  /** {@code c = op(a) op(b)}, in parts of c's rows. */
  static void multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB, INDArray c) {
    long rows = c.size(0);
    long inner = a.size(transposeA ? 0 : 1);
    if (rows < PARTS || rows * inner * c.size(1) < PARALLEL_WORK) {
      single(a, transposeA, b, transposeB, c);
      return;
    }
    Parallel.each(
        PARTS,
        part -> {
          long from = rows * part / PARTS;
          long to = rows * (part + 1) / PARTS;
          single(
              slice(a, transposeA ? 1 : 0, from, to),
              transposeA,
              b,
              transposeB,
              slice(c, 0, from, to));
        });
  }

  /** As {@link #multiply}, for each of a stack of matrices {@code [G, rows, columns]}. */
  static void multiplyAll(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, INDArray c) {
    Parallel.each(
        (int) c.size(0),
        group ->
            single(matrix(a, group), transposeA, matrix(b, group), transposeB, matrix(c, group)));
  }

  /** {@code c[n] = op(a) b[n]} for stacks of matrices {@code [N, rows, columns]}. */
  static void multiplyShared(INDArray a, boolean transposeA, INDArray b, INDArray c) {
    inParts(c.size(0), n -> single(a, transposeA, matrix(b, n), false, matrix(c, n), 0));
  }

  /** {@code c = sum of a[n] b[n]^T} for stacks of matrices {@code [N, rows, columns]}. */
  static void sumOfProducts(INDArray a, INDArray b, INDArray c) {
    long count = a.size(0);
    INDArray[] sums = new INDArray[PARTS];
    Parallel.each(
        PARTS,
        part -> {
          INDArray sum = Nd4j.create(c.dataType(), c.shape(), 'c');
          for (long n = count * part / PARTS; n < count * (part + 1) / PARTS; n++) {
            single(matrix(a, n), false, matrix(b, n), true, sum, 1);
          }
          sums[part] = sum;
        });
    c.assign(sums[0]);
    for (int part = 1; part < PARTS; part++) {
      c.addi(sums[part]);
    }
  }

  /** Something for each of so many, in parts. */
  static void inParts(long count, LongConsumer each) {
    Parallel.each(
        PARTS,
        part -> {
          for (long n = count * part / PARTS; n < count * (part + 1) / PARTS; n++) {
            each.accept(n);
          }
        });
  }

  private static INDArray matrix(INDArray stack, long index) {
    long[] shape = stack.shape();
    long[] stride = stack.stride();
    return view(
        stack,
        index * stride[0],
        new long[] {shape[1], shape[2]},
        new long[] {stride[1], stride[2]});
  }

  private static INDArray slice(INDArray matrix, int axis, long from, long to) {
    long[] shape = matrix.shape().clone();
    shape[axis] = to - from;
    return view(matrix, from * matrix.stride(axis), shape, matrix.stride());
  }

  /**
   * A part of an array, made by strides: ND4J's own indices give a scalar for what lies far behind
   * in an array that is itself a part of another, as parameters are.
   */
  private static INDArray view(INDArray array, long first, long[] shape, long[] stride) {
    return Nd4j.create(array.data(), shape, stride, array.offset() + first, 'c');
  }

  /**
   * BLAS wants Fortran order, in which these matrices are their own transposes: it computes {@code
   * c^T = op(b)^T op(a)^T}.
   */
  private static void single(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, INDArray c) {
    single(a, transposeA, b, transposeB, c, 0);
  }

  /** As the other, added to {@code kept} times c. */
  private static void single(
      INDArray a, boolean transposeA, INDArray b, boolean transposeB, INDArray c, double kept) {
    Nd4j.gemm(b.transpose(), a.transpose(), c.transpose(), transposeB, transposeA, 1, kept);
  }

  /** Reads an array in C order into a scratch array. */
  static float[] read(INDArray array, int slot) {
    float[] values = ChannelMajor.scratch(slot, array.length());
    ChannelMajor.readContiguous(of(array), values);
    return values;
  }

  /** A new array in C order of these values. */
  static INDArray written(
      float[] values, LayerWorkspaceMgr workspaces, ArrayType type, long... shape) {
    INDArray array = workspaces.createUninitialized(type, DataType.FLOAT, shape, 'c');
    ChannelMajor.writeContiguous(values, array);
    return array;
  }

  /** The array in C order: itself, or a copy. */
  static INDArray of(INDArray array) {
    return array.ordering() == 'c' && !array.isView() && Shape.hasDefaultStridesForShape(array)
        ? array
        : array.dup('c');
  }
}
