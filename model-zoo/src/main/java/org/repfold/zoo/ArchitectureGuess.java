package org.repfold.zoo;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;

/**
 * The architecture that a network's tensors are of, told from their names and shapes.
 *
 * @param architecture what they are of
 * @param reason why, in one sentence
 */
record ArchitectureGuess(Architecture architecture, String reason) {
  private static final int MOST_LISTED = 6;

  /**
   * Guesses. A published network is preferred where its tensors are of these shapes; else images
   * are taken to be as large as makes each stage's map one square partition.
   *
   * @param image the input's shape {@code [N, C, H, W]}, where it is known
   * @throws BadInputException if the tensors are of no network of the zoo; or of several, listing
   *     them
   */
  static ArchitectureGuess of(Map<String, Shape> tensors, Form form, Optional<Shape> image) {
    RepMLPNetTraits traits = RepMLPNetTraits.of(tensors);
    for (Map.Entry<String, RepMLPNetConfiguration> known : RepMLPNets.all().entrySet()) {
      RepMLPNetConfiguration net = known.getValue();
      if (RepMLPNetTraits.of(net, form).equals(traits) && fits(net, image)) {
        return new ArchitectureGuess(
            new Architecture(known.getKey(), net),
            "it has just these shapes: " + traits.describe());
      }
    }
    List<MapSizes> candidates =
        image
            .map(shape -> MapSizes.of(traits, (int) shape.dimension(2), (int) shape.dimension(3)))
            .orElseGet(() -> MapSizes.of(traits));
    if (candidates.size() == 1) {
      return custom(traits, candidates.get(0), "no others fit");
    }
    for (MapSizes sizes : candidates) {
      if (image.isEmpty() && sizes.isSquareAndWhole(traits)) {
        return custom(traits, sizes, "so each stage's map is one square partition");
      }
    }
    throw ambiguous(traits, candidates);
  }

  private static boolean fits(RepMLPNetConfiguration net, Optional<Shape> image) {
    return image.isEmpty()
        || image.get().dimension(2) == net.imageHeight()
            && image.get().dimension(3) == net.imageWidth();
  }

  private static ArchitectureGuess custom(RepMLPNetTraits traits, MapSizes sizes, String why) {
    return new ArchitectureGuess(
        new Architecture("a custom RepMLPNet", traits.with(sizes)),
        traits.describe() + "; " + sizes.describe() + ", " + why);
  }

  private static BadInputException ambiguous(RepMLPNetTraits traits, List<MapSizes> candidates) {
    String open =
        "the tensors (%s) do not say how large images and partitions are: --arch net.json must"
                .formatted(traits.describe())
            + " state them";
    if (candidates.isEmpty()) {
      return new BadInputException(open);
    }
    List<String> listed = candidates.stream().limit(MOST_LISTED).map(MapSizes::describe).toList();
    return new BadInputException(
        "%s; %s fit%s, the first being %s"
            .formatted(
                open,
                String.join("; or ", listed),
                candidates.size() > MOST_LISTED ? ", and more" : "",
                new Architecture("first", traits.with(candidates.get(0))).toJson()));
  }
}
