package org.repfold.zoo.mobileone;

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
 * Everything that determines a MobileOne without squeeze-and-excitation (Vasu et al., "MobileOne:
 * An Improved One Millisecond Mobile Backbone", CVPR 2023, arXiv 2206.04040). A block is a
 * depthwise 3 x 3 convolution and a 1 x 1 convolution, each with its branches; the stem and the
 * first block of each stage halve the map.
 *
 * @param inChannels channels of the image
 * @param classes number of logits
 * @param imageHeight height of the image
 * @param imageWidth width of the image
 * @param stemChannels channels behind the stem
 * @param blocks blocks in each stage
 * @param channels channels of each stage's map
 * @param branches convolutions of the full kernel that each convolution but the stem's is trained
 *     as
 * @param names what the modules are called
 */
public record MobileOneConfiguration(
    int inChannels,
    int classes,
    int imageHeight,
    int imageWidth,
    int stemChannels,
    List<Integer> blocks,
    List<Integer> channels,
    int branches,
    MobileOneNames names)
    implements FullyConvolutional<MobileOneConfiguration> {
  private static final int KERNEL = 3;

  /** The paper has up to 5; a network of very many would not fit into the memory. */
  private static final int MOST_BRANCHES = 64;

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public MobileOneConfiguration {
    blocks = List.copyOf(blocks);
    channels = List.copyOf(channels);
    positive("inChannels", inChannels);
    positive("classes", classes);
    positive("imageHeight", imageHeight);
    positive("imageWidth", imageWidth);
    positive("stemChannels", stemChannels);
    positive("branches", branches);
    require(
        branches <= MOST_BRANCHES,
        "branches: expected at most %d, found %d",
        MOST_BRANCHES,
        branches);
    require(names != null, "names: expected timm or official, found none");
    require(!blocks.isEmpty(), "blocks: expected at least one stage, found none");
    perStage("blocks", blocks, blocks.size());
    perStage("channels", channels, blocks.size());
  }

  @Override
  public ComputationGraphConfiguration graph(Form form, GraphOptions options) {
    return network().configuration(this, names.modules(), form, options);
  }

  /** The same network, its modules called otherwise. */
  public MobileOneConfiguration with(MobileOneNames newNames) {
    return new MobileOneConfiguration(
        inChannels,
        classes,
        imageHeight,
        imageWidth,
        stemChannels,
        blocks,
        channels,
        branches,
        newNames);
  }

  @Override
  public String describe() {
    return "stem of %d and %d channels, blocks %s, channels %s, %d branches, %d classes"
        .formatted(inChannels, stemChannels, blocks, channels, branches, classes);
  }

  @Override
  public MobileOneConfiguration on(int newHeight, int newWidth) {
    return new MobileOneConfiguration(
        inChannels, classes, newHeight, newWidth, stemChannels, blocks, channels, branches, names);
  }

  @Override
  public MobileOneConfiguration withBlocks(List<Integer> newBlocks) {
    return new MobileOneConfiguration(
        inChannels,
        classes,
        imageHeight,
        imageWidth,
        stemChannels,
        newBlocks,
        channels,
        branches,
        names);
  }

  MobileOneConfiguration withBranches(int newBranches) {
    return new MobileOneConfiguration(
        inChannels,
        classes,
        imageHeight,
        imageWidth,
        stemChannels,
        blocks,
        channels,
        newBranches,
        names);
  }

  private BranchedNetwork network() {
    List<List<BranchedConvolution>> stages = new ArrayList<>();
    int in = stemChannels;
    for (int stage = 0; stage < blocks.size(); stage++) {
      List<BranchedConvolution> convolutions = new ArrayList<>();
      int out = channels.get(stage);
      for (int block = 0; block < blocks.get(stage); block++) {
        convolutions.add(new BranchedConvolution(in, in, KERNEL, block == 0 ? 2 : 1, in, branches));
        convolutions.add(new BranchedConvolution(in, out, 1, 1, 1, branches));
        in = out;
      }
      stages.add(convolutions);
    }
    return new BranchedNetwork(
        new BranchedConvolution(inChannels, stemChannels, KERNEL, 2, 1, 1), stages);
  }
}
