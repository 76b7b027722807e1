package org.repfold.zoo.tokens;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.repfold.converter.fold.FoldRule;
import org.repfold.graph.Shape;
import org.repfold.zoo.Family;
import org.repfold.zoo.Form;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.WeightInitializer;

/**
 * A family of networks over tokens. timm has one form of each: there is no official deploy form.
 */
public abstract class TokenFamily implements Family {
  private final String mark;
  private final String mixing;

  /**
   * A family.
   *
   * @param mark part of the names that no other family has
   * @param mixing name of the first weight that mixes tokens
   */
  protected TokenFamily(String mark, String mixing) {
    this.mark = mark;
    this.mixing = mixing;
  }

  /**
   * The network of these tensors.
   *
   * @param image {@code [H, W]}
   * @throws org.repfold.graph.BadInputException naming a tensor that is missing or does not fit
   */
  protected abstract TokenConfiguration configuration(
      Map<String, Shape> tensors, TokenTraits traits, Shape image);

  @Override
  public abstract Class<? extends TokenConfiguration> configurationType();

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
    return tensors.keySet().stream().anyMatch(name -> name.contains(mark));
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
    TokenTraits traits = TokenTraits.of(tensors, mixing);
    TokenConfiguration found = configuration(tensors, traits, traits.image(image));
    for (Map.Entry<String, NetworkConfiguration> known : configurations().entrySet()) {
      TokenConfiguration net = configurationType().cast(known.getValue());
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
