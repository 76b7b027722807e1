package org.repfold.zoo.tokens;

import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import java.util.List;
import org.repfold.zoo.NetworkConfiguration;

/** What determines a network of equal blocks over tokens, one for each patch of the image. */
public interface TokenConfiguration extends NetworkConfiguration {

  /** Height and width of a patch; they divide those of the image. */
  int patch();

  /** Number of blocks. */
  int depth();

  /** The same network with another number of blocks. */
  TokenConfiguration withDepth(int depth);

  @Override
  default List<Integer> blocks() {
    return List.of(depth());
  }

  @Override
  default TokenConfiguration withBlocks(List<Integer> blocks) {
    require(blocks.size() == 1, "blocks: expected those of one stage, found %s", blocks);
    return withDepth(blocks.get(0));
  }

  /** Channels of a token. */
  int channels();

  /** The same network, with what only its initial weights depend on at its default. */
  default TokenConfiguration plain() {
    return this;
  }

  /** Number of tokens: patches of the image. */
  default int tokens() {
    return (imageHeight() / patch()) * (imageWidth() / patch());
  }

  /**
   * Validates what all such configurations have.
   *
   * @throws org.repfold.graph.BadInputException naming the setting, what was expected and what was
   *     found
   */
  static void validate(
      int inChannels,
      int classes,
      int imageHeight,
      int imageWidth,
      int patch,
      int depth,
      int channels) {
    positive("inChannels", inChannels);
    positive("classes", classes);
    positive("imageHeight", imageHeight);
    positive("imageWidth", imageWidth);
    positive("patch", patch);
    positive("depth", depth);
    positive("channels", channels);
    require(
        imageHeight % patch == 0 && imageWidth % patch == 0,
        "patch: expected a divisor of the image's sides %d and %d, found %d",
        imageHeight,
        imageWidth,
        patch);
  }
}
