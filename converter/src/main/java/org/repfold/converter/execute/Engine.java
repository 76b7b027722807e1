package org.repfold.converter.execute;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Something that computes one network in float32. Not necessarily thread-safe. */
public interface Engine extends AutoCloseable {

  /**
   * The engine's name in reports, the same in every run: {@code nd4j}, {@code dl4j}, {@code
   * onnxruntime}.
   */
  String name();

  /**
   * The network's output for a batch.
   *
   * @param batch {@code [N, C, H, W]} float32, row-major; left as it is
   * @return {@code [N, ...]}; the caller's to close
   */
  INDArray run(INDArray batch);

  /** Frees what the engine holds. Does nothing by default. */
  @Override
  default void close() {}
}
