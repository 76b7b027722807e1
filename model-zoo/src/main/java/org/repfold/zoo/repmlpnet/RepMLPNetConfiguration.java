package org.repfold.zoo.repmlpnet;

import static org.repfold.zoo.Settings.perStage;
import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkConfiguration;

/**
 * Everything that determines a RepMLPNet (Ding et al., "RepMLPNet: Hierarchical Vision MLP with
 * Re-parameterized Locality", CVPR 2022, arXiv 2112.11081). Lists have one entry per stage.
 *
 * @param inChannels channels of the image
 * @param classes number of logits
 * @param imageHeight height of the image
 * @param imageWidth width of the image
 * @param patchHeight height, and vertical stride, of the stem's patch
 * @param patchWidth width, and horizontal stride, of the stem's patch
 * @param blocks units in each stage
 * @param channels channels of each stage's map
 * @param heights height of a partition; the map's height is a multiple of it
 * @param widths width of a partition; the map's width is a multiple of it
 * @param shareSets FC3 weight sets; they divide the channels
 * @param kernels odd sizes of the Local Perceptron's convolutions; may be empty
 * @param reduce channel reduction inside the Global Perceptron
 */
public record RepMLPNetConfiguration(
    int inChannels,
    int classes,
    int imageHeight,
    int imageWidth,
    int patchHeight,
    int patchWidth,
    List<Integer> blocks,
    List<Integer> channels,
    List<Integer> heights,
    List<Integer> widths,
    List<Integer> shareSets,
    List<Integer> kernels,
    int reduce)
    implements NetworkConfiguration {

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public RepMLPNetConfiguration {
    blocks = List.copyOf(blocks);
    channels = List.copyOf(channels);
    heights = List.copyOf(heights);
    widths = List.copyOf(widths);
    shareSets = List.copyOf(shareSets);
    kernels = List.copyOf(kernels);
    positive("inChannels", inChannels);
    positive("classes", classes);
    positive("imageHeight", imageHeight);
    positive("imageWidth", imageWidth);
    positive("patchHeight", patchHeight);
    positive("patchWidth", patchWidth);
    positive("reduce", reduce);
    int stages = blocks.size();
    require(stages > 0, "blocks: expected at least one stage, found none");
    perStage("blocks", blocks, stages);
    perStage("channels", channels, stages);
    perStage("heights", heights, stages);
    perStage("widths", widths, stages);
    perStage("shareSets", shareSets, stages);
    for (int kernel : kernels) {
      require(
          kernel > 0 && kernel % 2 == 1, "kernels: expected odd positive sizes, found %d", kernel);
    }
    require(
        kernels.stream().distinct().count() == kernels.size(),
        "kernels: expected distinct sizes, found %s",
        kernels);
    for (int stage = 0; stage < stages; stage++) {
      int size = channels.get(stage);
      require(
          size % shareSets.get(stage) == 0,
          "stage %d: shareSets must divide channels, found %d and %d",
          stage,
          shareSets.get(stage),
          size);
      require(
          size >= reduce, "stage %d: reduce %d leaves none of %d channels", stage, reduce, size);
      requirePartitions("height", stage, imageHeight, patchHeight, heights.get(stage));
      requirePartitions("width", stage, imageWidth, patchWidth, widths.get(stage));
    }
  }

  /** The same network with other kernels of the Local Perceptron. */
  public RepMLPNetConfiguration withKernels(List<Integer> kernels) {
    return with(blocks, kernels);
  }

  @Override
  public RepMLPNetConfiguration withBlocks(List<Integer> blocks) {
    return with(blocks, kernels);
  }

  private RepMLPNetConfiguration with(List<Integer> blocks, List<Integer> kernels) {
    return new RepMLPNetConfiguration(
        inChannels,
        classes,
        imageHeight,
        imageWidth,
        patchHeight,
        patchWidth,
        blocks,
        channels,
        heights,
        widths,
        shareSets,
        kernels,
        reduce);
  }

  @Override
  public ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    return RepMLPNet.configuration(this, form, options);
  }

  /** Number of stages. */
  public int stages() {
    return blocks.size();
  }

  /** Height of the map in a stage. */
  public int mapHeight(int stage) {
    return imageHeight / patchHeight >> stage;
  }

  /** Width of the map in a stage. */
  public int mapWidth(int stage) {
    return imageWidth / patchWidth >> stage;
  }

  /** The block of the units in a stage. */
  public RepMLPBlockConfiguration block(int stage) {
    return new RepMLPBlockConfiguration(
        channels.get(stage),
        mapHeight(stage),
        mapWidth(stage),
        heights.get(stage),
        widths.get(stage),
        shareSets.get(stage),
        kernels,
        reduce);
  }

  private static void requirePartitions(
      String axis, int stage, int image, int patch, int partition) {
    int step = patch << stage;
    require(
        image % step == 0 && image / step % partition == 0,
        "stage %d: %ss must divide the map's %s, found %d and %s",
        stage,
        axis,
        axis,
        partition,
        image % step == 0 ? image / step : image + " / " + step);
  }
}
