package org.repfold.zoo.repvgg;

import java.util.Optional;
import java.util.SplittableRandom;
import org.repfold.zoo.branched.ByobWeights;

/**
 * As timm draws RepVGG's initial weights: the BatchNorms of its blocks start with gammas around 0.1
 * and betas around 0, so that no branch leads.
 */
final class RepVGGWeights extends ByobWeights {
  private static final double GAMMA = 0.1;
  private static final double DEVIATION = 0.1;

  @Override
  protected Optional<double[]> vector(Parameter parameter, SplittableRandom random) {
    if (parameter.weight().isPresent()) {
      return super.vector(parameter, random);
    }
    return switch (parameter.leaf()) {
      case "weight" -> Optional.of(normal(parameter, GAMMA, DEVIATION, random));
      case "bias" -> Optional.of(normal(parameter, 0, DEVIATION, random));
      default -> Optional.empty();
    };
  }
}
