package org.repfold.zoo.cyclemlp;

import java.util.Optional;
import java.util.SplittableRandom;
import org.repfold.graph.Shape;
import org.repfold.zoo.WeightInitializer;

/**
 * Initial weights as the official code of CycleMLP draws them: dense layers and Cycle FC normal
 * with deviation 0.02, their biases 0; the convolutions of the stem and of transitions by PyTorch's
 * defaults. The official cut-off at 2, a hundred deviations, cuts nothing off.
 */
final class CycleMlpWeights implements WeightInitializer {
  private static final double DEVIATION = 0.02;

  @Override
  public Optional<double[]> values(Parameter parameter, SplittableRandom random) {
    if (isConvolution(parameter.weight().orElse(parameter.shape()))) {
      return PYTORCH.values(parameter, random);
    }
    return parameter.shape().rank() > 1
        ? Optional.of(parameter.draw(() -> DEVIATION * random.nextGaussian()))
        : Optional.empty();
  }

  private static boolean isConvolution(Shape weight) {
    return weight.rank() == 4 && weight.product(2, 4) > 1;
  }
}
