package org.repfold.zoo;

import static org.repfold.zoo.Settings.require;

import org.repfold.graph.BadInputException;

/**
 * What keeps a network in training from learning its images by heart.
 *
 * @param weightDecay of the weights (not of biases and norms): with momentum, a part of the
 *     gradient; with other optimisers decoupled from it, times the learning rate
 * @param labelSmoothing share of each label that is spread over all classes
 * @param dropout probability with which a value in front of the classifier is dropped
 * @param dropPath probability with which an image skips a residual branch (stochastic depth), where
 *     the family's official code has it
 */
public record Regularization(
    double weightDecay, double labelSmoothing, double dropout, double dropPath) {
  /** None of it. */
  public static final Regularization NONE = new Regularization(0, 0, 0, 0);

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public Regularization {
    require(weightDecay >= 0, "weightDecay: expected >= 0, found %s", weightDecay);
    share("labelSmoothing", labelSmoothing);
    share("dropout", dropout);
    share("dropPath", dropPath);
  }

  private static void share(String name, double value) {
    require(value >= 0 && value < 1, "%s: expected at least 0 and below 1, found %s", name, value);
  }
}
