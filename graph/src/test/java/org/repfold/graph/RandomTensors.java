package org.repfold.graph;

import java.util.Random;

/** Seeded tensors for tests. */
public final class RandomTensors {
  private final Random random;

  public RandomTensors(long seed) {
    this.random = new Random(seed);
  }

  /** Normal float32 elements. */
  public Tensor normal(long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] elements = new double[(int) shape.elements()];
    java.util.Arrays.setAll(elements, i -> random.nextGaussian());
    return Tensor.of(shape, elements).to(ElementType.FLOAT32);
  }

  /** Float32 elements of 0.5 to 1.5, as variances are. */
  public Tensor positive(long... sizes) {
    Shape shape = Shape.of(sizes);
    double[] elements = new double[(int) shape.elements()];
    java.util.Arrays.setAll(elements, i -> 0.5 + random.nextDouble());
    return Tensor.of(shape, elements).to(ElementType.FLOAT32);
  }

  /** A BatchNormalization none of whose statistics is trivial. */
  public Operator.BatchNormalization batchNormalization(int channels) {
    return new Operator.BatchNormalization(
        normal(channels), normal(channels), normal(channels), positive(channels), 1e-3);
  }
}
