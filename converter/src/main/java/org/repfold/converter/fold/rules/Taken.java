package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.repfold.graph.GraphView;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * A layer that has taken in a scale and shift of its inputs: {@code W (s x + t) + b = scale (W' x)
 * + shift}.
 *
 * <p>A scale that differs only between the inputs that an output sums up goes into the weights,
 * {@code W'[o,i] = W[o,i] s[i]}. One that is the same for all of these stands behind a dense layer
 * just as well.
 *
 * @param weight {@code W'}
 * @param scale what remains to be done behind the layer
 * @param shift {@code W t + b}
 */
record Taken(double[] weight, Field scale, Field shift) {

  /** Why a layer cannot take in the scale and shift of a node; empty if it can. */
  static Optional<String> obstacle(GraphView graph, Layer layer, Affine affine, String node) {
    Linear linear = layer.linear(graph);
    String name = layer.node().name();
    boolean scales =
        affine.scale().variesAtMostAlong(layer.axis())
            || layer.isDense() && behind(linear, layer.axis(), affine.scale()).isPresent();
    if (!scales) {
      return Optional.of("the scale of '" + node + "' differs within what '" + name + "' sums up");
    }
    if (layer.isDense() || affine.shiftsNothing()) {
      return Optional.empty();
    }
    if (!(layer.node().operator() instanceof Operator.Conv conv)) {
      return Optional.of(
          "not every output of '"
              + name
              + "' sums up all taps and the shift of '"
              + node
              + "' is not 0");
    }
    if (!conv.window().isUnpadded()) {
      return Optional.of(
          "'"
              + name
              + "' pads with zeros and the shift of '"
              + node
              + "' is not 0: the border would change");
    }
    return affine.shift().variesAtMostAlong(layer.axis())
        ? Optional.empty()
        : Optional.of("the shift of '" + node + "' differs within the windows of '" + name + "'");
  }

  /** The layer with a scale and shift taken in, for which there is no obstacle. */
  static Taken of(GraphView graph, Layer layer, Affine affine) {
    Linear linear = layer.linear(graph);
    int axis = layer.axis();
    int rank = affine.scale().rank();
    double[] weight = linear.weight().toDoubles();
    Field shift = answer(linear, weight, axis, affine.shift());
    if (linear.bias().isPresent()) {
      shift = shift.with(Field.along(axis, rank, linear.biasOrZeros()), Double::sum);
    }
    if (!affine.scale().variesAtMostAlong(axis)) {
      return new Taken(weight, behind(linear, axis, affine.scale()).orElseThrow(), shift);
    }
    int inputs = linear.groupInputs();
    int taps = linear.taps();
    double[] scale = affine.scale().vector(axis, inputs * linear.group());
    for (int i = 0; i < weight.length; i++) {
      int column = i / taps;
      int first = column / inputs / linear.groupOutputs() * inputs;
      weight[i] *= scale[first + column % inputs];
    }
    return new Taken(weight, Field.all(1, rank), shift);
  }

  boolean scalesNothing() {
    return scale.all(s -> s == 1);
  }

  /** The scale of each output, where all inputs that it sums up have the same one. */
  private static Optional<Field> behind(Linear linear, int axis, Field scale) {
    if (!scale.variesAlong(axis)) {
      return Optional.of(scale);
    }
    Shape shape = scale.shape();
    int inputs = linear.groupInputs();
    int inner = Math.toIntExact(shape.product(axis + 1, shape.rank()));
    int columns = inputs * linear.group();
    int outputs = linear.outputs();
    Tensor values = scale.values();
    double[] result = new double[values.size() / columns * outputs];
    for (int i = 0; i < result.length; i++) {
      int group = i / inner % outputs / linear.groupOutputs();
      int first = (i / (inner * outputs) * columns + group * inputs) * inner + i % inner;
      result[i] = values.get(first);
      for (int k = 1; k < inputs; k++) {
        if (values.get(first + k * inner) != result[i]) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(new Field(Tensor.of(shape.with(axis, outputs), result)).compressed());
  }

  /** {@code W t}. */
  private static Field answer(Linear linear, double[] weight, int axis, Field shift) {
    if (shift.all(t -> t == 0)) {
      return shift.compressed();
    }
    double[] matrix = tapSums(weight, linear.taps());
    int outputs = linear.outputs();
    int inputs = linear.groupInputs();
    if (!shift.variesAlong(axis)) {
      Field rowSums = Field.along(axis, shift.rank(), tapSums(matrix, inputs));
      return rowSums.with(shift, (sum, t) -> sum * t);
    }
    Shape shape = shift.shape();
    int inner = Math.toIntExact(shape.product(axis + 1, shape.rank()));
    int columns = inputs * linear.group();
    double[] shifts = shift.values().toDoubles();
    double[] result = new double[shifts.length / columns * outputs];
    for (int i = 0; i < result.length; i++) {
      int output = i / inner % outputs;
      int group = output / linear.groupOutputs();
      int first = (i / (inner * outputs) * columns + group * inputs) * inner + i % inner;
      for (int k = 0; k < inputs; k++) {
        result[i] += matrix[output * inputs + k] * shifts[first + k * inner];
      }
    }
    return new Field(Tensor.of(shape.with(axis, outputs), result)).compressed();
  }

  private static double[] tapSums(double[] weight, int taps) {
    double[] sums = new double[weight.length / taps];
    for (int i = 0; i < weight.length; i++) {
      sums[i / taps] += weight[i];
    }
    return sums;
  }
}
