package org.repfold.converter.verify;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.repfold.converter.execute.NdArrays;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Shape;

/** Batches for a graph's inputs, and its outputs sample by sample. */
final class Inputs {
  private final List<Input> inputs;

  /**
   * The inputs of a graph.
   *
   * @throws BadInputException if there is none, or of one not the batch size alone is open
   */
  Inputs(Graph graph) {
    inputs = graph.inputs();
    if (inputs.isEmpty()) {
      throw new BadInputException("graph: expected an input, found none");
    }
    for (Input input : inputs) {
      if (input.shape().rank() < 2
          || input.shape().dimension(0) != Shape.UNKNOWN
          || !sample(input).isKnown()) {
        throw new BadInputException(
            "input '"
                + input.name()
                + "': expected an open batch axis and then known sizes, found "
                + input.shape());
      }
    }
  }

  /** The shape of one sample of each input, without the batch axis. */
  List<Shape> samples() {
    return inputs.stream().map(Inputs::sample).toList();
  }

  private static Shape sample(Input input) {
    long[] shape = input.shape().toArray();
    return Shape.of(Arrays.copyOfRange(shape, 1, shape.length));
  }

  /** Some samples of a probe, one array for each input. */
  List<INDArray> batch(Probe probe, int first, int count) {
    float[] all = probe.values(first, count);
    List<INDArray> arrays = new ArrayList<>();
    int from = 0;
    for (Input input : inputs) {
      int size = size(input);
      float[] part = new float[size * count];
      for (int number = 0; number < count; number++) {
        System.arraycopy(all, number * (all.length / count) + from, part, number * size, size);
      }
      arrays.add(NdArrays.of(part, input.shape().with(0, count).toArray()));
      from += size;
    }
    return arrays;
  }

  private static int size(Input input) {
    return Math.toIntExact(sample(input).elements());
  }

  /** Some samples of real inputs. */
  static INDArray slice(INDArray samples, int from, int to) {
    return NdArrays.copy(samples.get(NDArrayIndex.interval(from, to)));
  }

  /** The elements of several outputs, those of one sample one behind the other. */
  static double[] perSample(List<double[]> outputs, int samples) {
    double[] all = new double[outputs.stream().mapToInt(output -> output.length).sum()];
    int to = 0;
    for (int sample = 0; sample < samples; sample++) {
      for (double[] output : outputs) {
        int size = output.length / samples;
        System.arraycopy(output, sample * size, all, to, size);
        to += size;
      }
    }
    return all;
  }
}
