package org.repfold.zoo;

import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.repfold.graph.Shape;

/** How initial weights are drawn. */
@FunctionalInterface
public interface WeightInitializer {

  /**
   * PyTorch's defaults: weights and biases of convolutions and linear layers uniform in {@code +-1
   * / sqrt(fan_in)}, where {@code fan_in} counts the inputs of one output (of its own group);
   * everything else as DL4J sets it (BatchNorm gamma 1, beta 0, mean 0, variance 1).
   */
  WeightInitializer PYTORCH =
      (parameter, random) -> {
        boolean isMatrix = parameter.shape().rank() > 1;
        boolean isBias = parameter.leaf().equals("bias") && parameter.weight().isPresent();
        if (!isMatrix && !isBias) {
          return Optional.empty();
        }
        double bound =
            1 / Math.sqrt(fanIn(isMatrix ? parameter.shape() : parameter.weight().get()));
        return Optional.of(parameter.draw(() -> random.nextDouble(-bound, bound)));
      };

  /**
   * The values of a parameter, row-major in its official shape; empty where it stays as DL4J set
   * it.
   *
   * @param random a stream of the parameter's own
   */
  Optional<double[]> values(Parameter parameter, SplittableRandom random);

  /** The inputs of one output of a weight {@code [out, in, ...]}. */
  static double fanIn(Shape weight) {
    return (double) weight.elements() / weight.dimension(0);
  }

  /**
   * A parameter to be initialised.
   *
   * @param module its module's official name
   * @param leaf its name within it
   * @param shape its official shape
   * @param weight the shape of the matrix of the same module, where this is its bias
   * @param groups of channels, of a convolution; 1 of anything else
   */
  record Parameter(String module, String leaf, Shape shape, Optional<Shape> weight, int groups) {

    /** As many values as it has. */
    public double[] draw(DoubleSupplier values) {
      double[] drawn = new double[Math.toIntExact(shape.elements())];
      Arrays.setAll(drawn, i -> values.getAsDouble());
      return drawn;
    }
  }
}
