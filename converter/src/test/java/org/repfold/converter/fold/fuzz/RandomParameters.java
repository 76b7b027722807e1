package org.repfold.converter.fold.fuzz;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Parameters of random operators: now and then shared with an earlier operator, now and then with
 * zeros, and statistics from tiny to large.
 */
final class RandomParameters {
  private static final double USUAL_EPSILON = 1e-5;

  private final Random random;
  private final Map<Shape, Tensor> shared = new HashMap<>();
  private boolean extremeAllowed;

  RandomParameters(Random random) {
    this.random = random;
    this.extremeAllowed = oneIn(8);
  }

  Tensor weight(long... sizes) {
    Shape shape = Shape.of(sizes);
    if (oneIn(8) && shared.containsKey(shape)) {
      return shared.get(shape);
    }
    Tensor tensor = tensor(shape, random::nextGaussian);
    shared.put(shape, tensor);
    return tensor;
  }

  Optional<Tensor> bias(long outputs) {
    return oneIn(2) ? Optional.empty() : Optional.of(weight(outputs));
  }

  /** Scales that are random, of both signs, with zeros, or all the same. */
  Tensor scale(long... sizes) {
    return switch (random.nextInt(6)) {
      case 0 -> tensor(Shape.of(sizes), () -> oneIn(2) ? 0 : random.nextGaussian());
      case 1 -> {
        double same = random.nextGaussian();
        yield tensor(Shape.of(sizes), () -> same);
      }
      default -> weight(sizes);
    };
  }

  /** Shifts that are random, or all 0. */
  Tensor shift(long... sizes) {
    return oneIn(4) ? tensor(Shape.of(sizes), () -> 0) : weight(sizes);
  }

  Operator.BatchNormalization batchNormalization(int channels) {
    boolean shiftsNothing = oneIn(4);
    Tensor shift = shiftsNothing ? tensor(Shape.of(channels), () -> 0) : weight(channels);
    Tensor mean = shiftsNothing ? tensor(Shape.of(channels), () -> 0) : weight(channels);
    if (extremeAllowed && oneIn(2)) {
      extremeAllowed = false;
      return extreme(channels, shift, mean);
    }
    double same = variance();
    boolean isSame = oneIn(4);
    return new Operator.BatchNormalization(
        scale(channels),
        shift,
        mean,
        tensor(Shape.of(channels), () -> isSame ? same : variance()),
        oneIn(2) ? USUAL_EPSILON : 1e-2);
  }

  /** Channels that were constant in training: scales of up to 1e15. */
  private Operator.BatchNormalization extreme(int channels, Tensor shift, Tensor mean) {
    double[] variances = {0, 1e-30, 1e-12, 1};
    boolean zero = oneIn(2);
    return new Operator.BatchNormalization(
        scale(channels),
        shift,
        mean,
        tensor(
            Shape.of(channels), () -> variances[zero ? random.nextInt(4) : 1 + random.nextInt(3)]),
        zero ? USUAL_EPSILON : 0);
  }

  private double variance() {
    return Math.pow(10, 3 * random.nextDouble() - 2);
  }

  private boolean oneIn(int times) {
    return random.nextInt(times) == 0;
  }

  private static Tensor tensor(Shape shape, DoubleSupplier numbers) {
    if (!shape.isKnown()) {
      throw new BadInputException("parameter: expected a known shape, found " + shape);
    }
    double[] elements = new double[Math.toIntExact(shape.elements())];
    Arrays.setAll(elements, any -> numbers.getAsDouble());
    return Tensor.of(shape, elements);
  }
}
