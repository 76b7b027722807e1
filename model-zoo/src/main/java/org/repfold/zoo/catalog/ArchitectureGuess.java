package org.repfold.zoo.catalog;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.zoo.Family;
import org.repfold.zoo.Form;

/**
 * The architecture that a network's tensors are of, told from their names and shapes.
 *
 * @param architecture what they are of
 * @param reason why, in one sentence
 */
record ArchitectureGuess(Architecture architecture, String reason) {
  private static final int MOST_LISTED = 3;

  /**
   * Guesses.
   *
   * @param image the input's shape {@code [N, C, H, W]}, where it is known
   * @throws BadInputException if the tensors are of no network of the zoo; or of several, listing
   *     them
   */
  static ArchitectureGuess of(Map<String, Shape> tensors, Optional<Shape> image) {
    Family family = familyOf(tensors);
    Form form = family.formOf(tensors.keySet());
    Family.Guess guess = family.guess(tensors, form, image);
    return new ArchitectureGuess(
        new Architecture(guess.name(), family, guess.configuration()), guess.reason());
  }

  private static Family familyOf(Map<String, Shape> tensors) {
    List<Family> families =
        Families.all().stream().filter(family -> family.knows(tensors)).toList();
    if (families.size() == 1) {
      return families.get(0);
    } else if (families.isEmpty()) {
      throw new BadInputException(
          "expected the tensors of a network of the zoo (%s), found others, such as %s"
              .formatted(
                  titles(Families.all()),
                  tensors.keySet().stream().limit(MOST_LISTED).collect(Collectors.joining(", "))));
    }
    throw new BadInputException(
        "the tensors may be those of " + titles(families) + "; --arch names the architecture");
  }

  private static String titles(List<Family> families) {
    return families.stream().map(Family::title).collect(Collectors.joining(", "));
  }
}
