package org.repfold.zoo.branched;

import static org.repfold.zoo.Settings.perStage;
import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import java.util.List;
import org.repfold.zoo.Naming;

/**
 * What all networks of {@link BranchedConvolution}s have: a stem, and blocks in stages.
 *
 * @param inChannels channels of the image
 * @param classes number of logits
 * @param imageHeight height of the image
 * @param imageWidth width of the image
 * @param stemChannels channels behind the stem
 * @param blocks blocks in each stage
 * @param channels channels of each stage's map
 * @param names what the modules are called
 */
public record BranchedSettings(
    int inChannels,
    int classes,
    int imageHeight,
    int imageWidth,
    int stemChannels,
    List<Integer> blocks,
    List<Integer> channels,
    Naming names) {
  /** Height and width of images where nothing is known of them: ImageNet's. */
  static final int USUAL_SIZE = 224;

  /**
   * Validates.
   *
   * @throws org.repfold.graph.BadInputException naming the setting, what was expected and what was
   *     found
   */
  public BranchedSettings {
    blocks = List.copyOf(blocks);
    channels = List.copyOf(channels);
    positive("inChannels", inChannels);
    positive("classes", classes);
    positive("imageHeight", imageHeight);
    positive("imageWidth", imageWidth);
    positive("stemChannels", stemChannels);
    require(names != null, "names: expected timm or official, found none");
    require(!blocks.isEmpty(), "blocks: expected at least one stage, found none");
    perStage("blocks", blocks, blocks.size());
    perStage("channels", channels, blocks.size());
  }

  /** Those of a network for ImageNet, with timm's names. */
  public static BranchedSettings imageNet(
      int stemChannels, List<Integer> blocks, List<Integer> channels) {
    return new BranchedSettings(
        3, 1000, USUAL_SIZE, USUAL_SIZE, stemChannels, blocks, channels, Naming.TIMM);
  }

  /** The same for images of another size. */
  BranchedSettings on(int newHeight, int newWidth) {
    return new BranchedSettings(
        inChannels, classes, newHeight, newWidth, stemChannels, blocks, channels, names);
  }

  /** The same with other numbers of blocks. */
  BranchedSettings withBlocks(List<Integer> newBlocks) {
    return new BranchedSettings(
        inChannels, classes, imageHeight, imageWidth, stemChannels, newBlocks, channels, names);
  }

  /** The same, the modules called otherwise. */
  BranchedSettings named(Naming newNames) {
    return new BranchedSettings(
        inChannels, classes, imageHeight, imageWidth, stemChannels, blocks, channels, newNames);
  }
}
