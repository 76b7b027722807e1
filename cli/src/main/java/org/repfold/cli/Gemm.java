package org.repfold.cli;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** How fast this machine multiplies matrices through ND4J's BLAS. */
final class Gemm {
  private static final int SIZE = 2048;
  private static final int RUNS = 7;

  private Gemm() {}

  /** The best of several float32 products of two 2048 x 2048 matrices, in 10^9 operations a second. */
  static double gigaFlops() {
    INDArray a = Nd4j.rand(DataType.FLOAT, SIZE, SIZE);
    INDArray b = Nd4j.rand(DataType.FLOAT, SIZE, SIZE);
    INDArray c = Nd4j.createUninitialized(DataType.FLOAT, new long[] {SIZE, SIZE}, 'f');
    double best = Double.MAX_VALUE;
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      Nd4j.gemm(a, b, c, false, false, 1, 0);
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    return 2.0 * SIZE * SIZE * SIZE / best / 1e9;
  }

  /** Prints the speed: a child process with another environment is asked for it so. */
  public static void main(String[] arguments) {
    System.out.println(gigaFlops());
  }
}
