package org.repfold.zoo.tokens;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.zoo.TensorSizes;

/**
 * What the tensors of a network over tokens tell of it; everything but how its tokens lie in the
 * image.
 */
record TokenTraits(int inChannels, int classes, int patch, int depth, int channels, int tokens) {
  private static final String BLOCKS = "blocks.";

  /**
   * Reads the traits.
   *
   * @param mixing name of the first weight that mixes tokens, {@code [out, tokens]}
   * @throws BadInputException naming a tensor that is missing or of the wrong rank
   */
  static TokenTraits of(Map<String, Shape> tensors, String mixing) {
    List<Integer> stem = TensorSizes.of(tensors, "stem.proj.weight", 4);
    if (!stem.get(2).equals(stem.get(3))) {
      throw new BadInputException(
          "tensor 'stem.proj.weight': expected square patches, found %d x %d"
              .formatted(stem.get(2), stem.get(3)));
    }
    Set<String> parts =
        tensors.keySet().stream()
            .filter(name -> name.startsWith(BLOCKS))
            .map(name -> name.substring(BLOCKS.length()).split("\\.", 2)[0])
            .collect(Collectors.toSet());
    int depth = 0;
    while (parts.contains(Integer.toString(depth))) {
      depth++;
    }
    return new TokenTraits(
        stem.get(1),
        TensorSizes.of(tensors, "head.weight", 2).get(0),
        stem.get(2),
        depth,
        stem.get(0),
        TensorSizes.of(tensors, mixing, 2).get(1));
  }

  /**
   * The settings, with the image that is known, else with the square one: weights are the same for
   * every image of as many patches.
   *
   * @param image the input's shape {@code [N, C, H, W]}, where it is known
   * @throws BadInputException if there is no square one
   */
  TokenSettings settings(Optional<Shape> image) {
    long side = Math.round(Math.sqrt(tokens));
    if (image.isEmpty() && (side * side != tokens || side * patch > Integer.MAX_VALUE)) {
      throw new BadInputException(
          "the tensors (%s) do not say how the patches lie, as they make no square: --arch net.json must state the image"
              .formatted(describe()));
    }
    return new TokenSettings(
        inChannels,
        classes,
        (int) (long) image.map(shape -> shape.dimension(2)).orElse(side * patch),
        (int) (long) image.map(shape -> shape.dimension(3)).orElse(side * patch),
        patch,
        depth,
        channels);
  }

  /** In words. */
  String describe() {
    return "%d blocks of %d channels, %d tokens, one for each patch of %dx%d in %d channels, %d classes"
        .formatted(depth, channels, tokens, patch, patch, inChannels, classes);
  }
}
