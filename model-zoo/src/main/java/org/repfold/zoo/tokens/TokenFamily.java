package org.repfold.zoo.tokens;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.repfold.converter.fold.FoldRule;
import org.repfold.graph.Shape;
import org.repfold.zoo.Form;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.PublishedFamily;
import org.repfold.zoo.WeightInitializer;

/**
 * A family of networks over tokens. timm has one form of each: there is no official deploy form.
 *
 * @param <C> the class of its configurations
 */
public abstract class TokenFamily<C extends TokenConfiguration> extends PublishedFamily<C> {
  private final String mixing;

  /**
   * A family; see the methods of {@link org.repfold.zoo.Family} that go by the same names.
   *
   * @param type the class of its configurations
   * @param mixing name, in its block, of the first layer that mixes tokens, which no other family
   *     has
   */
  protected TokenFamily(
      String name,
      String title,
      String paper,
      Class<C> type,
      Map<String, C> configurations,
      String mixing) {
    super(name, title, paper, type, configurations);
    this.mixing = mixing;
  }

  /**
   * The network of these tensors.
   *
   * @throws org.repfold.graph.BadInputException naming a tensor that is missing or does not fit
   */
  protected abstract C configuration(Map<String, Shape> tensors, TokenSettings settings);

  @Override
  public final WeightInitializer weights() {
    return new TimmWeights();
  }

  @Override
  public final List<FoldRule> officialFolds() {
    return List.of();
  }

  @Override
  public final boolean knows(Map<String, Shape> tensors) {
    return tensors.keySet().stream().anyMatch(name -> name.contains("." + mixing + "."));
  }

  @Override
  public final Form formOf(Set<String> tensors) {
    return Form.TRAIN;
  }

  /**
   * The shapes determine the network but for how its patches lie in the image: as they do where it
   * is known, else in a square.
   */
  @Override
  public final Guess guess(Map<String, Shape> tensors, Form form, Optional<Shape> image) {
    TokenTraits traits = TokenTraits.of(tensors, "blocks.0." + mixing + ".weight");
    C found = configuration(tensors, traits.settings(image));
    for (Map.Entry<String, NetworkConfiguration> known : configurations().entrySet()) {
      C net = configurationType().cast(known.getValue());
      if (net.plain().equals(found)) {
        return new Guess(known.getKey(), net, "it has just these shapes: " + traits.describe());
      }
    }
    return new Guess(
        "a custom " + title(),
        found,
        "%s; images of %dx%d%s"
            .formatted(
                traits.describe(),
                found.imageHeight(),
                found.imageWidth(),
                image.isPresent() ? "" : ", the square of as many patches"));
  }
}
