package org.repfold.zoo.repvgg;

import static org.repfold.zoo.Settings.perStage;
import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.branched.BranchedConvolution;
import org.repfold.zoo.branched.BranchedNetwork;
import org.repfold.zoo.branched.FullyConvolutional;

/**
 * Everything that determines a RepVGG (Ding et al., "RepVGG: Making VGG-style ConvNets Great
 * Again", CVPR 2021, arXiv 2101.03697). All kernels are 3 x 3; the stem and the first block of each
 * stage halve the map.
 *
 * @param inChannels channels of the image
 * @param classes number of logits
 * @param imageHeight height of the image
 * @param imageWidth width of the image
 * @param stemChannels channels behind the stem
 * @param blocks blocks in each stage
 * @param channels channels of each stage's map
 * @param groups groups of channels in every second block of a stage
 * @param names what the modules are called
 */
public record RepVGGConfiguration(
    int inChannels,
    int classes,
    int imageHeight,
    int imageWidth,
    int stemChannels,
    List<Integer> blocks,
    List<Integer> channels,
    int groups,
    RepVGGNames names)
    implements FullyConvolutional<RepVGGConfiguration> {
  private static final int KERNEL = 3;

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public RepVGGConfiguration {
    blocks = List.copyOf(blocks);
    channels = List.copyOf(channels);
    positive("inChannels", inChannels);
    positive("classes", classes);
    positive("imageHeight", imageHeight);
    positive("imageWidth", imageWidth);
    positive("stemChannels", stemChannels);
    positive("groups", groups);
    require(names != null, "names: expected timm or official, found none");
    require(!blocks.isEmpty(), "blocks: expected at least one stage, found none");
    perStage("blocks", blocks, blocks.size());
    perStage("channels", channels, blocks.size());
    for (int stage = 0; stage < blocks.size(); stage++) {
      require(
          blocks.get(stage) == 1 || channels.get(stage) % groups == 0,
          "stage %d: groups must divide channels, found %d and %d",
          stage,
          groups,
          channels.get(stage));
    }
  }

  @Override
  public ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    return network().configuration(this, names.modules(), form, options);
  }

  /** The same network, its modules called otherwise. */
  public RepVGGConfiguration with(RepVGGNames newNames) {
    return new RepVGGConfiguration(
        inChannels,
        classes,
        imageHeight,
        imageWidth,
        stemChannels,
        blocks,
        channels,
        groups,
        newNames);
  }

  @Override
  public String describe() {
    return "stem of %d and %d channels, blocks %s, channels %s, groups %d, %d classes"
        .formatted(inChannels, stemChannels, blocks, channels, groups, classes);
  }

  @Override
  public RepVGGConfiguration on(int newHeight, int newWidth) {
    return new RepVGGConfiguration(
        inChannels, classes, newHeight, newWidth, stemChannels, blocks, channels, groups, names);
  }

  @Override
  public RepVGGConfiguration withBlocks(List<Integer> newBlocks) {
    return new RepVGGConfiguration(
        inChannels,
        classes,
        imageHeight,
        imageWidth,
        stemChannels,
        newBlocks,
        channels,
        groups,
        names);
  }

  @Override
  public int kindsOfBlocks() {
    return groups == 1 ? 1 : 2;
  }

  private BranchedNetwork network() {
    List<List<BranchedConvolution>> stages = new ArrayList<>();
    int in = stemChannels;
    for (int stage = 0; stage < blocks.size(); stage++) {
      List<BranchedConvolution> convolutions = new ArrayList<>();
      for (int block = 0; block < blocks.get(stage); block++) {
        int out = channels.get(stage);
        convolutions.add(
            new BranchedConvolution(
                in, out, KERNEL, block == 0 ? 2 : 1, block % 2 == 1 ? groups : 1, 1));
        in = out;
      }
      stages.add(convolutions);
    }
    return new BranchedNetwork(
        new BranchedConvolution(inChannels, stemChannels, KERNEL, 2, 1, 1), stages);
  }
}
