package org.repfold.converter.execute;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Something that computes one network in float32. Not necessarily thread-safe. */
public interface Engine extends AutoCloseable {

  /**
   * The engine's name in reports, the same in every run: {@code nd4j}, {@code dl4j}, {@code
   * onnxruntime}.
   */
  String name();

  /**
   * The network's outputs for a batch, in the network's order.
   *
   * @param batches for each input {@code [N, ...]} float32, row-major; left as they are
   * @return {@code [N, ...]} each; the caller's to close
   */
  List<INDArray> run(List<INDArray> batches);

  /** As {@link #run(List)}, of a network with one input and one output. */
  default INDArray run(INDArray batch) {
    return run(List.of(batch)).get(0);
  }

  /** Frees what the engine holds. Does nothing by default. */
  @Override
  default void close() {}
}
