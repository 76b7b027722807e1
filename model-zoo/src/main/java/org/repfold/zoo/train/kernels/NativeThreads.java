package org.repfold.zoo.train.kernels;

import org.bytedeco.openblas.global.openblas_nolapack;
import org.nd4j.linalg.factory.Environment;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Keeps native code on the calling thread until closed. The kernels are parallel on the Java side;
 * native threads beside them would wait for each other by spinning, which is very slow as soon as
 * another process uses a core.
 */
final class NativeThreads implements AutoCloseable {
  private final Environment environment = Nd4j.getEnvironment();
  private final int masterThreads = environment.maxMasterThreads();
  private final int blasThreads = openblas_nolapack.blas_get_num_threads();

  private NativeThreads() {}

  static NativeThreads single() {
    NativeThreads before = new NativeThreads();
    before.environment.setMaxMasterThreads(1);
    openblas_nolapack.blas_set_num_threads(1);
    return before;
  }

  @Override
  public void close() {
    environment.setMaxMasterThreads(masterThreads);
    openblas_nolapack.blas_set_num_threads(blasThreads);
  }
}
