package org.repfold.zoo.repmlp;

import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkConfiguration;

/**
 * Everything that determines a ResNet with RepMLP units (Ding et al., "RepMLP: Re-parameterizing
 * Convolutions into Fully-connected Layers for Image Recognition", arXiv 2105.01883, section 4). In
 * the stages of {@code repmlpStages} every unit that does not make the map smaller holds a RepMLP
 * block; all others are ResNet-50's own. The first unit of each stage but the first halves the map.
 *
 * @param inChannels channels of the image
 * @param classes number of logits
 * @param imageHeight height of the image
 * @param imageWidth width of the image
 * @param stemChannels channels that the first convolution gives
 * @param stemKernel odd size of the first convolution's kernel
 * @param stemStride its stride
 * @param stemPool whether a 3 x 3 maximum of stride 2 follows
 * @param blocks units in each stage
 * @param channels channels of each stage's output, multiples of 4, or of 8 with light units
 * @param unit what stands around a RepMLP block
 * @param repmlpStages the stages with RepMLP, counted from 1, in ascending order
 * @param bottleneckReductions for each of {@code repmlpStages}, by what a bottleneck unit divides
 *     its channels for RepMLP; empty with light units
 * @param height height of a partition; it divides that of the maps
 * @param width width of a partition; it divides that of the maps
 * @param groups of FC3 and of the Local Perceptron's convolutions
 * @param kernels odd sizes of the Local Perceptron's convolutions; may be empty
 * @param reduce by what the Global Perceptron divides its neurons inside
 */
public record RepMLPResNetConfiguration(
    int inChannels,
    int classes,
    int imageHeight,
    int imageWidth,
    int stemChannels,
    int stemKernel,
    int stemStride,
    boolean stemPool,
    List<Integer> blocks,
    List<Integer> channels,
    UnitKind unit,
    List<Integer> repmlpStages,
    List<Integer> bottleneckReductions,
    int height,
    int width,
    int groups,
    List<Integer> kernels,
    int reduce)
    implements NetworkConfiguration {
  private static final int HALF = 2;

  /** A quarter of a stage's channels are inside its units. */
  static final int EXPANSION = 4;

  /** A light unit has an eighth inside. */
  static final int LIGHT_EXPANSION = 8;

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public RepMLPResNetConfiguration {
    blocks = List.copyOf(blocks);
    channels = List.copyOf(channels);
    repmlpStages = List.copyOf(repmlpStages);
    bottleneckReductions = List.copyOf(bottleneckReductions);
    kernels = List.copyOf(kernels);
    positive("inChannels", inChannels);
    positive("classes", classes);
    positive("imageHeight", imageHeight);
    positive("imageWidth", imageWidth);
    positive("stemChannels", stemChannels);
    positive("stemStride", stemStride);
    require(
        stemKernel > 0 && stemKernel % 2 == 1,
        "stemKernel: expected an odd positive size, found %d",
        stemKernel);
    require(unit != null, "unit: expected \"light\" or \"bottleneck\", found none");
    int stages = blocks.size();
    require(stages > 0, "blocks: expected at least one stage, found none");
    require(
        channels.size() == stages,
        "channels: expected one value for each of %d stages, found %s",
        stages,
        channels);
    blocks.forEach(value -> positive("blocks", value));
    channels.forEach(value -> positive("channels", value));
    requireStages(repmlpStages, stages);
    requireReductions(unit, bottleneckReductions, repmlpStages.size());
    int divisor = unit == UnitKind.LIGHT ? LIGHT_EXPANSION : EXPANSION;
    for (int stage = 1; stage <= stages; stage++) {
      int expected = repmlpStages.contains(stage) ? divisor : EXPANSION;
      require(
          channels.get(stage - 1) % expected == 0,
          "stage %d: channels: expected a multiple of %d, found %d",
          stage,
          expected,
          channels.get(stage - 1));
    }
    for (int i = 0; i < repmlpStages.size(); i++) {
      int stage = repmlpStages.get(i);
      try {
        new RepMLPBlockConfiguration(
            blockChannels(unit, channels.get(stage - 1), bottleneckReductions, i),
            blockChannels(unit, channels.get(stage - 1), bottleneckReductions, i),
            mapSize(imageHeight, stemStride, stemPool, stage),
            mapSize(imageWidth, stemStride, stemPool, stage),
            height,
            width,
            groups,
            kernels,
            reduce);
      } catch (BadInputException e) {
        throw new BadInputException("stage " + stage + ": " + e.getMessage(), e);
      }
    }
  }

  @Override
  public ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    return RepMLPResNet.configuration(this, form, options);
  }

  @Override
  public RepMLPResNetConfiguration withBlocks(List<Integer> blocks) {
    return new RepMLPResNetConfiguration(
        inChannels,
        classes,
        imageHeight,
        imageWidth,
        stemChannels,
        stemKernel,
        stemStride,
        stemPool,
        blocks,
        channels,
        unit,
        repmlpStages,
        bottleneckReductions,
        height,
        width,
        groups,
        kernels,
        reduce);
  }

  /** Number of stages. */
  public int stages() {
    return blocks.size();
  }

  /** Height of the map behind a stage, counted from 1. */
  public int mapHeight(int stage) {
    return mapSize(imageHeight, stemStride, stemPool, stage);
  }

  /** Width of the map behind a stage, counted from 1. */
  public int mapWidth(int stage) {
    return mapSize(imageWidth, stemStride, stemPool, stage);
  }

  /** Whether a unit holds a RepMLP block: of its stage, counted from 1, and its place there. */
  boolean isRepMLP(int stage, int index) {
    return repmlpStages.contains(stage) && stride(stage, index) == 1;
  }

  /** By how much a unit makes the map smaller. */
  static int stride(int stage, int index) {
    return stage > 1 && index == 0 ? HALF : 1;
  }

  /** A RepMLP unit in a stage, counted from 1, behind a map of so many channels. */
  RepMLPUnitConfiguration unit(int stage, int in) {
    int out = channels.get(stage - 1);
    int middle = out / (unit == UnitKind.LIGHT ? LIGHT_EXPANSION : EXPANSION);
    return new RepMLPUnitConfiguration(unit, in, middle, out, block(stage));
  }

  /** The block of the RepMLP units in a stage, counted from 1. */
  public RepMLPBlockConfiguration block(int stage) {
    int size =
        blockChannels(
            unit, channels.get(stage - 1), bottleneckReductions, repmlpStages.indexOf(stage));
    return new RepMLPBlockConfiguration(
        size, size, mapHeight(stage), mapWidth(stage), height, width, groups, kernels, reduce);
  }

  private static int blockChannels(
      UnitKind unit, int channels, List<Integer> reductions, int index) {
    return unit == UnitKind.LIGHT
        ? channels / LIGHT_EXPANSION
        : channels / EXPANSION / reductions.get(index);
  }

  /** Convolutions and pools of odd size, padded by half of it. */
  static int mapSize(int image, int stemStride, boolean stemPool, int stage) {
    int size = strided(image, stemStride);
    for (int i = stemPool ? 0 : 1; i < stage; i++) {
      size = strided(size, HALF);
    }
    return size;
  }

  private static int strided(int size, int stride) {
    return (size - 1) / stride + 1;
  }

  private static void requireStages(List<Integer> repmlpStages, int stages) {
    require(!repmlpStages.isEmpty(), "repmlpStages: expected at least one stage, found none");
    int previous = 0;
    for (int stage : repmlpStages) {
      require(
          stage > previous && stage <= stages,
          "repmlpStages: expected ascending numbers from 1 to %d, found %s",
          stages,
          repmlpStages);
      previous = stage;
    }
  }

  private static void requireReductions(UnitKind unit, List<Integer> reductions, int stages) {
    reductions.forEach(value -> positive("bottleneckReductions", value));
    int expected = unit == UnitKind.LIGHT ? 0 : stages;
    require(
        reductions.size() == expected,
        "bottleneckReductions: expected %d values, one for each of repmlpStages with bottleneck"
            + " units and none with light ones, found %s",
        expected,
        reductions);
  }
}
