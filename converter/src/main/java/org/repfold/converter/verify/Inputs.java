package org.repfold.converter.verify;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.repfold.converter.execute.NdArrays;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Shape;

/** Batches for a graph's only input. */
final class Inputs {
  private Inputs() {}

  /**
   * The graph's only input.
   *
   * @throws BadInputException if there is not exactly one, or not its batch size alone is open
   */
  static Input only(Graph graph) {
    if (graph.inputs().size() != 1 || graph.outputs().size() != 1) {
      throw new BadInputException(
          "graph: expected one input and one output, found "
              + graph.inputs().size()
              + " and "
              + graph.outputs().size());
    }
    Input input = graph.inputs().get(0);
    if (input.shape().rank() < 2
        || input.shape().dimension(0) != Shape.UNKNOWN
        || !sample(input).isKnown()) {
      throw new BadInputException(
          "input '"
              + input.name()
              + "': expected an open batch axis and then known sizes, found "
              + input.shape());
    }
    return input;
  }

  /** The shape of one sample. */
  static Shape sample(Input input) {
    long[] shape = input.shape().toArray();
    return Shape.of(java.util.Arrays.copyOfRange(shape, 1, shape.length));
  }

  static INDArray batch(Probe probe, int first, int count, long[] sampleShape) {
    long[] shape = new long[sampleShape.length + 1];
    shape[0] = count;
    System.arraycopy(sampleShape, 0, shape, 1, sampleShape.length);
    return NdArrays.of(probe.values(first, count), shape);
  }

  static INDArray slice(INDArray samples, int from, int to) {
    return NdArrays.copy(samples.get(NDArrayIndex.interval(from, to)));
  }
}
