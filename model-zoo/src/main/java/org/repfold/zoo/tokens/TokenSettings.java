package org.repfold.zoo.tokens;

import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

/**
 * What all networks of equal blocks over tokens have, one token for each patch of the image.
 *
 * @param inChannels channels of the image
 * @param classes number of logits
 * @param imageHeight height of the image
 * @param imageWidth width of the image
 * @param patch height and width of a patch; it divides those of the image
 * @param depth number of blocks
 * @param channels channels of a token
 */
public record TokenSettings(
    int inChannels,
    int classes,
    int imageHeight,
    int imageWidth,
    int patch,
    int depth,
    int channels) {

  /**
   * Validates.
   *
   * @throws org.repfold.graph.BadInputException naming the setting, what was expected and what was
   *     found
   */
  public TokenSettings {
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

  /** Those of a network for ImageNet. */
  public static TokenSettings imageNet(int patch, int depth, int channels) {
    return new TokenSettings(3, 1000, 224, 224, patch, depth, channels);
  }

  /** Number of tokens: patches of the image. */
  public int tokens() {
    return (imageHeight / patch) * (imageWidth / patch);
  }

  /** The same with another number of blocks. */
  TokenSettings withDepth(int newDepth) {
    return new TokenSettings(
        inChannels, classes, imageHeight, imageWidth, patch, newDepth, channels);
  }
}
