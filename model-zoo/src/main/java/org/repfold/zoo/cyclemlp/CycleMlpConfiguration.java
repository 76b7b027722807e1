package org.repfold.zoo.cyclemlp;

import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkConfiguration;

/**
 * Everything that determines a CycleMLP (Chen and others, "CycleMLP: A MLP-like Architecture for
 * Dense Prediction", ICLR 2022, arXiv 2107.10224). Lists have one entry for each stage but where
 * that is said. The parameters are the same for images of any size.
 *
 * @param inChannels channels of the image; the official code knows 3 alone
 * @param classes number of logits; 0 for a pyramid
 * @param imageHeight height of the image
 * @param imageWidth width of the image
 * @param blocks blocks in each stage
 * @param channels channels of each stage's map
 * @param mlpRatios hidden channels of each stage's perceptrons over channels, for each of its
 *     channels
 * @param transitions whether the map is halved and gets the next stage's channels, for each stage
 *     but the last
 * @param skipLambda what every branch is divided by before it is added to its input
 * @param pyramid whether the outputs are the normalised maps of the four stages, for dense
 *     prediction (the official code's {@code fork_feat}), instead of logits
 */
public record CycleMlpConfiguration(
    int inChannels,
    int classes,
    int imageHeight,
    int imageWidth,
    List<Integer> blocks,
    List<Integer> channels,
    List<Double> mlpRatios,
    List<Boolean> transitions,
    double skipLambda,
    boolean pyramid)
    implements NetworkConfiguration {
  private static final int PYRAMID_STAGES = 4;
  private static final int REWEIGHT_REDUCTION = 4;

  /** Below this no window of the stem fits into the padded image. */
  private static final int SMALLEST_IMAGE = 3;

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public CycleMlpConfiguration {
    blocks = List.copyOf(blocks);
    channels = List.copyOf(channels);
    mlpRatios = List.copyOf(mlpRatios);
    transitions = List.copyOf(transitions);
    positive("inChannels", inChannels);
    largeEnough("imageHeight", imageHeight);
    largeEnough("imageWidth", imageWidth);
    int stages = blocks.size();
    require(stages > 0, "blocks: expected at least one stage, found none");
    perStage("channels", channels, stages);
    perStage("mlpRatios", mlpRatios, stages);
    require(
        transitions.size() == stages - 1,
        "transitions: expected one value for each of %d stages but the last, found %s",
        stages,
        transitions);
    for (int stage = 0; stage < stages; stage++) {
      positive("blocks", blocks.get(stage));
      require(
          channels.get(stage) >= REWEIGHT_REDUCTION,
          "channels: expected at least %d, found %d",
          REWEIGHT_REDUCTION,
          channels.get(stage));
      double ratio = mlpRatios.get(stage);
      require(
          channels.get(stage) * ratio >= 1 && channels.get(stage) * ratio < Integer.MAX_VALUE,
          "mlpRatios: expected at least one hidden channel for %d channels, found the ratio %s",
          channels.get(stage),
          ratio);
      require(
          stage == stages - 1
              || transitions.get(stage)
              || channels.get(stage).equals(channels.get(stage + 1)),
          "stage %d: expected a transition from %d to %d channels, found none",
          stage,
          channels.get(stage),
          stage == stages - 1 ? 0 : channels.get(stage + 1));
    }
    require(
        skipLambda > 0 && Double.isFinite(skipLambda),
        "skipLambda: expected a positive number, found %s",
        skipLambda);
    if (pyramid) {
      require(classes == 0, "classes: expected 0 of a pyramid, found %d", classes);
      require(
          stages == PYRAMID_STAGES && transitions.stream().allMatch(halved -> halved),
          "pyramid: expected %d stages with transitions between all, found %d with %s",
          PYRAMID_STAGES,
          stages,
          transitions);
    } else {
      positive("classes", classes);
    }
  }

  /** Number of stages. */
  public int stages() {
    return blocks.size();
  }

  /** Hidden channels of a stage's perceptrons over channels. */
  int hidden(int stage) {
    return (int) (channels.get(stage) * mlpRatios.get(stage));
  }

  /** Hidden channels of the perceptron that weighs the branches. */
  int reweightHidden(int stage) {
    return channels.get(stage) / REWEIGHT_REDUCTION;
  }

  /**
   * The share of the rate of stochastic depth in a block, all blocks counted from 0: it grows
   * evenly from 0 at the first to 1 at the last.
   */
  double dropPathShare(int block) {
    int last = blocks.stream().mapToInt(Integer::intValue).sum() - 1;
    return last == 0 ? 0 : (double) block / last;
  }

  @Override
  public CycleMlpConfiguration withBlocks(List<Integer> newBlocks) {
    return new CycleMlpConfiguration(
        inChannels,
        classes,
        imageHeight,
        imageWidth,
        newBlocks,
        channels,
        mlpRatios,
        transitions,
        skipLambda,
        pyramid);
  }

  /** The same network on images of another size. */
  CycleMlpConfiguration withImage(int height, int width) {
    return new CycleMlpConfiguration(
        inChannels,
        classes,
        height,
        width,
        blocks,
        channels,
        mlpRatios,
        transitions,
        skipLambda,
        pyramid);
  }

  /** The pyramid of the same stages: no logits, but the maps of all four. */
  public CycleMlpConfiguration asPyramid() {
    return new CycleMlpConfiguration(
        inChannels,
        0,
        imageHeight,
        imageWidth,
        blocks,
        channels,
        mlpRatios,
        transitions,
        skipLambda,
        true);
  }

  /**
   * As the interface says; of a pyramid the outputs are {@code norm0}, {@code norm2}, {@code norm4}
   * and {@code norm6}, each {@code [N, channels, height, width]}.
   */
  @Override
  public ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    if (form != Form.TRAIN) {
      throw new BadInputException(
          "the official code of CycleMLP has no deploy form, only its train form");
    }
    return new CycleMlp(this, options).build();
  }

  private static void largeEnough(String name, int size) {
    require(
        size >= SMALLEST_IMAGE, "%s: expected at least %d, found %d", name, SMALLEST_IMAGE, size);
  }

  private static void perStage(String name, List<?> values, int stages) {
    require(
        values.size() == stages,
        "%s: expected one value for each of %d stages, found %s",
        name,
        stages,
        values);
  }
}
