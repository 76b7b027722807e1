package org.repfold.zoo.tokens;

import java.util.Optional;
import java.util.SplittableRandom;
import org.repfold.graph.Shape;
import org.repfold.zoo.WeightInitializer;

/**
 * Initial weights as timm draws them for all three families. The stem is normal with variance
 * {@code 1 / fan_in}, cut off at two deviations; dense layers are uniform in {@code +-sqrt(6 / (in
 * + out))} (Glorot and Bengio 2010), their biases normal with deviation 1e-6 inside a perceptron
 * and 0 elsewhere; gMLP's gates start as 1 (arXiv 2105.08050, section 2.1); the head starts as 0.
 */
final class TimmWeights implements WeightInitializer {
  private static final double NEAR_ZERO = 1e-6;
  private static final double CUT_OFF = 2;

  /** Deviation of a standard normal that is cut off at two deviations. */
  private static final double DEVIATION_CUT_OFF = 0.87962566103423978;

  @Override
  public Optional<double[]> values(Parameter parameter, SplittableRandom random) {
    boolean isBias = parameter.leaf().equals("bias") && parameter.weight().isPresent();
    boolean isWeight = parameter.leaf().equals("weight") && parameter.shape().rank() > 1;
    if (!isBias && !isWeight) {
      return Optional.empty();
    } else if (parameter.module().equals(TokenNetwork.OUTPUT)) {
      return Optional.of(parameter.draw(() -> 0));
    } else if (parameter.module().endsWith(".gate.proj")) {
      return Optional.of(parameter.draw(() -> isBias ? 1 : NEAR_ZERO * random.nextGaussian()));
    } else if (isBias) {
      boolean inPerceptron = parameter.module().contains("mlp");
      return Optional.of(
          parameter.draw(() -> inPerceptron ? NEAR_ZERO * random.nextGaussian() : 0));
    } else if (parameter.shape().rank() == 4) {
      double scale = 1 / Math.sqrt(WeightInitializer.fanIn(parameter.shape())) / DEVIATION_CUT_OFF;
      return Optional.of(parameter.draw(() -> scale * cutOff(random)));
    }
    Shape shape = parameter.shape();
    double bound = Math.sqrt(6.0 / (shape.dimension(0) + shape.dimension(1)));
    return Optional.of(parameter.draw(() -> random.nextDouble(-bound, bound)));
  }

  private static double cutOff(SplittableRandom random) {
    double value = random.nextGaussian();
    while (Math.abs(value) > CUT_OFF) {
      value = random.nextGaussian();
    }
    return value;
  }
}
