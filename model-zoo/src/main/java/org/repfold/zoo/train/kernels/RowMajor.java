package org.repfold.zoo.train.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Matrix products of matrices in C order, without copies. */
final class RowMajor {
  private RowMajor() {}

  /**
   * {@code c = op(a) op(b)}. BLAS wants Fortran order, in which these matrices are their own
   * transposes: it computes {@code c^T = op(b)^T op(a)^T}.
   */
  static void multiply(INDArray a, boolean transposeA, INDArray b, boolean transposeB, INDArray c) {
    Nd4j.gemm(b.transpose(), a.transpose(), c.transpose(), transposeB, transposeA, 1, 0);
  }
}
