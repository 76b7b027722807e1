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

/**
 * Batches for a graph's inputs, and its outputs sample by sample. Where the batch size is fixed, as
 * exporters leave it, the whole batch counts as one sample: some networks mix its rows.
 */
final class Inputs {
  private final List<Input> inputs;

  /** Whether the batch size is part of the network. */
  private final boolean fixed;

  /**
   * The inputs of a graph.
   *
   * @throws BadInputException if there is none, or sizes are open that are not the batch's, or that
   *     of some alone
   */
  Inputs(Graph graph) {
    inputs = graph.inputs();
    if (inputs.isEmpty()) {
      throw new BadInputException("graph: expected an input, found none");
    }
    fixed = inputs.stream().allMatch(input -> input.shape().isKnown());
    for (Input input : inputs) {
      boolean open =
          input.shape().rank() > 1
              && input.shape().dimension(0) == Shape.UNKNOWN
              && input.shape().with(0, 1).isKnown();
      if (!fixed && !open) {
        throw new BadInputException(
            "input '"
                + input.name()
                + "': expected an open batch axis and then known sizes, found "
                + input.shape());
      }
    }
  }

  /**
   * The made-up batches for these inputs.
   *
   * @throws BadInputException if real data are to be taken that cannot come in batches of any size
   */
  List<Probe> probes(VerifyOptions options) {
    if (fixed && options.data().isPresent()) {
      throw new BadInputException(
          "input '"
              + inputs.get(0).name()
              + "': expected an open batch axis for real data, found "
              + inputs.get(0).shape());
    }
    List<Probe> probes = Probes.of(options.probing(), samples(), options.seed());
    return fixed ? probes.stream().map(Probe::ofOne).toList() : probes;
  }

  /** The shape of one sample of each input, without the batch axis. */
  private List<Shape> samples() {
    return inputs.stream().map(this::sample).toList();
  }

  private Shape sample(Input input) {
    if (fixed) {
      return input.shape();
    }
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
      Shape shape = fixed ? input.shape() : input.shape().with(0, count);
      arrays.add(NdArrays.of(part, shape.toArray()));
      from += size;
    }
    return arrays;
  }

  private int size(Input input) {
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
