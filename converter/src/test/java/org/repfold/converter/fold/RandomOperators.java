package org.repfold.converter.fold;

import java.util.Optional;
import java.util.Random;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/** Operators with random parameters, BatchNormalization statistics included, from one seed. */
public final class RandomOperators {
  private final Random random;

  public RandomOperators(long seed) {
    random = new Random(seed);
  }

  /** Normally distributed numbers. */
  public Tensor tensor(long... shape) {
    Shape known = Shape.of(shape);
    return Tensor.of(
        known, random.doubles(known.elements()).map(u -> random.nextGaussian()).toArray());
  }

  public Operator.Conv conv(int in, int out, int kernel, int padding, int group) {
    return conv(in, out, kernel, kernel, Window.padded(padding), group);
  }

  public Operator.Conv conv(
      int in, int out, int kernelHeight, int kernelWidth, Window window, int group) {
    return new Operator.Conv(
        tensor(out, in / group, kernelHeight, kernelWidth),
        Optional.of(tensor(out)),
        window,
        group);
  }

  public Operator.Gemm gemm(int in, int out) {
    return new Operator.Gemm(tensor(out, in), Optional.of(tensor(out)));
  }

  /** Scales of both signs, variances from tiny to large, an epsilon other than the usual one. */
  public Operator.BatchNormalization batchNorm(int channels) {
    double[] variance =
        random.doubles(channels).map(u -> Math.pow(10, 4 * random.nextDouble() - 3)).toArray();
    return new Operator.BatchNormalization(
        tensor(channels), tensor(channels), tensor(channels), Tensor.vector(variance), 1e-3);
  }
}
