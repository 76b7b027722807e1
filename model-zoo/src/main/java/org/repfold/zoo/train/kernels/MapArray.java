package org.repfold.zoo.train.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.cpu.nativecpu.NDArray;

/**
 * A channel-major map that is added to in memory order. DL4J sums the gradients of a vertex's
 * consumers by {@code addi}, which on any strided array is ten times slower than on a plain one.
 */
@SuppressWarnings("overrides") // ND4J declares methods with and without varargs.
final class MapArray extends NDArray {
  private static final long serialVersionUID = 1L;

  /** A view of the given channel-major array. */
  MapArray(INDArray map) {
    super(map.data(), map.shape(), map.stride(), 0, map.ordering());
  }

  @Override
  public INDArray addi(INDArray other) {
    if (other.rank() != 4 || !equalShapes(other)) {
      return super.addi(other);
    }
    ChannelMajor.matrix(this).addi(ChannelMajor.matrix(other));
    return this;
  }
}
