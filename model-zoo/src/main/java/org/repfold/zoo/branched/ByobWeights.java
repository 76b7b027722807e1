package org.repfold.zoo.branched;

import java.util.Optional;
import java.util.SplittableRandom;
import org.repfold.zoo.WeightInitializer;

/**
 * Initial weights as timm draws them for networks put together of blocks: convolutions normal with
 * variance {@code 2 / fan_out}, where {@code fan_out} counts the taps by which one input of a group
 * reaches the outputs (He et al., arXiv 1502.01852); dense layers normal with deviation 0.01;
 * biases 0; BatchNorms neutral.
 */
public class ByobWeights implements WeightInitializer {
  private static final double DENSE_DEVIATION = 0.01;

  @Override
  public Optional<double[]> values(Parameter parameter, SplittableRandom random) {
    return switch (parameter.shape().rank()) {
      case 1 -> vector(parameter, random);
      case 2 -> Optional.of(normal(parameter, 0, DENSE_DEVIATION, random));
      default -> Optional.of(normal(parameter, 0, Math.sqrt(2 / fanOut(parameter)), random));
    };
  }

  /** The values of a bias, or of a vector of a BatchNorm, where they are not neutral. */
  protected Optional<double[]> vector(Parameter parameter, SplittableRandom random) {
    return parameter.weight().map(weight -> new double[(int) parameter.shape().elements()]);
  }

  /** Normally distributed values. */
  protected static double[] normal(
      Parameter parameter, double mean, double deviation, SplittableRandom random) {
    return parameter.draw(() -> random.nextGaussian(mean, deviation));
  }

  private static double fanOut(Parameter parameter) {
    double taps = parameter.shape().elements() / (double) parameter.shape().dimension(1);
    return Math.floor(taps / parameter.groups());
  }
}
