package org.repfold.zoo.repmlp;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.zoo.ConfigurationJson;
import org.repfold.zoo.Family;
import org.repfold.zoo.Form;

/**
 * Tells a ResNet with RepMLP from its tensors. A published network is preferred where its tensors
 * are of these shapes. Else partitions, and images whose size is not known, are taken to be square,
 * and a stem with ResNet's kernel to be ResNet's; if that leaves one network, it is that.
 */
final class RepMLPGuess {
  private static final int MOST_LISTED = 6;

  private RepMLPGuess() {}

  static Family.Guess of(Map<String, Shape> tensors, Form form, Optional<Shape> image) {
    RepMLPTraits traits = RepMLPTraits.of(tensors);
    for (Map.Entry<String, RepMLPResNetConfiguration> known : RepMLPResNets.all().entrySet()) {
      RepMLPResNetConfiguration net = known.getValue();
      if (RepMLPTraits.of(net, form).equals(traits) && net.isOn(image)) {
        return new Family.Guess(
            known.getKey(), net, "it has just these shapes: " + traits.describe());
      }
    }
    List<RepMLPSizes> candidates =
        image
            .map(
                shape -> RepMLPSizes.of(traits, (int) shape.dimension(2), (int) shape.dimension(3)))
            .orElseGet(() -> RepMLPSizes.of(traits));
    if (candidates.size() == 1) {
      return custom(traits, candidates.get(0), "no others fit");
    }
    List<RepMLPSizes> usual =
        candidates.stream()
            .filter(sizes -> sizes.isUsual(traits) && (image.isPresent() || sizes.isSquare()))
            .toList();
    if (usual.size() == 1) {
      return custom(traits, usual.get(0), "so partitions are square and the stem is the usual one");
    }
    throw ambiguous(traits, usual.isEmpty() ? candidates : usual);
  }

  private static Family.Guess custom(RepMLPTraits traits, RepMLPSizes sizes, String why) {
    return new Family.Guess(
        "a custom ResNet with RepMLP",
        traits.with(sizes),
        traits.describe() + "; " + sizes.describe() + ", " + why);
  }

  private static BadInputException ambiguous(RepMLPTraits traits, List<RepMLPSizes> candidates) {
    String open =
        "the tensors (%s) do not say how large images and partitions are, nor the stem's stride: --arch net.json must state them"
            .formatted(traits.describe());
    if (candidates.isEmpty()) {
      return new BadInputException(open);
    }
    List<String> listed =
        candidates.stream().limit(MOST_LISTED).map(RepMLPSizes::describe).toList();
    return new BadInputException(
        "%s; %s fit%s, the first being %s"
            .formatted(
                open,
                String.join("; or ", listed),
                candidates.size() > MOST_LISTED ? ", and more" : "",
                ConfigurationJson.write(RepMLPFamily.NAME, traits.with(candidates.get(0)))));
  }
}
