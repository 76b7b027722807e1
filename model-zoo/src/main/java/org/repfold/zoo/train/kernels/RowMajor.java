package org.repfold.zoo.train.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;
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

  private static INDArray matrix(INDArray stack, int index) {
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
    Nd4j.gemm(b.transpose(), a.transpose(), c.transpose(), transposeB, transposeA, 1, 0);
  }
}
