package org.repfold.zoo.mobileone;

import static org.repfold.zoo.Settings.positive;
import static org.repfold.zoo.Settings.require;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.ArrayList;
import java.util.List;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.branched.BranchedConfiguration;
import org.repfold.zoo.branched.BranchedConvolution;
import org.repfold.zoo.branched.BranchedNetwork;
import org.repfold.zoo.branched.BranchedSettings;
import org.repfold.zoo.branched.ModuleNames;

/**
 * Everything that determines a MobileOne without squeeze-and-excitation (Vasu et al., "MobileOne:
 * An Improved One Millisecond Mobile Backbone", CVPR 2023, arXiv 2206.04040). A block is a
 * depthwise 3 x 3 convolution and a 1 x 1 convolution, each with its branches; the stem and the
 * first block of each stage halve the map.
 *
 * @param settings what all networks of branched convolutions have
 * @param branches convolutions of the full kernel that each convolution but the stem's is trained
 *     as
 */
public record MobileOneConfiguration(@JsonUnwrapped BranchedSettings settings, int branches)
    implements BranchedConfiguration<MobileOneConfiguration> {
  private static final int KERNEL = 3;

  /** The paper has up to 5; a network of very many would not fit into the memory. */
  private static final int MOST_BRANCHES = 64;

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public MobileOneConfiguration {
    positive("branches", branches);
    require(
        branches <= MOST_BRANCHES,
        "branches: expected at most %d, found %d",
        MOST_BRANCHES,
        branches);
  }

  @Override
  public MobileOneConfiguration with(BranchedSettings newSettings) {
    return new MobileOneConfiguration(newSettings, branches);
  }

  @Override
  public ModuleNames modules() {
    return MobileOneNames.of(settings.names());
  }

  @Override
  public String describe() {
    return "stem of %d and %d channels, blocks %s, channels %s, %d branches, %d classes"
        .formatted(
            settings.inChannels(),
            settings.stemChannels(),
            settings.blocks(),
            settings.channels(),
            branches,
            settings.classes());
  }

  MobileOneConfiguration withBranches(int newBranches) {
    return new MobileOneConfiguration(settings, newBranches);
  }

  @Override
  public BranchedNetwork network() {
    List<Integer> blocks = settings.blocks();
    List<Integer> channels = settings.channels();
    List<List<BranchedConvolution>> stages = new ArrayList<>();
    int in = settings.stemChannels();
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
        new BranchedConvolution(settings.inChannels(), settings.stemChannels(), KERNEL, 2, 1, 1),
        stages);
  }
}
