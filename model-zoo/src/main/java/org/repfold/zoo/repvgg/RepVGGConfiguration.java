package org.repfold.zoo.repvgg;

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
 * Everything that determines a RepVGG (Ding et al., "RepVGG: Making VGG-style ConvNets Great
 * Again", CVPR 2021, arXiv 2101.03697). All kernels are 3 x 3; the stem and the first block of each
 * stage halve the map.
 *
 * @param settings what all networks of branched convolutions have
 * @param groups groups of channels in every second block of a stage
 */
public record RepVGGConfiguration(@JsonUnwrapped BranchedSettings settings, int groups)
    implements BranchedConfiguration<RepVGGConfiguration> {
  private static final int KERNEL = 3;

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public RepVGGConfiguration {
    positive("groups", groups);
    for (int stage = 0; stage < settings.blocks().size(); stage++) {
      int channels = settings.channels().get(stage);
      require(
          settings.blocks().get(stage) == 1 || channels % groups == 0,
          "stage %d: groups must divide channels, found %d and %d",
          stage,
          groups,
          channels);
    }
  }

  @Override
  public RepVGGConfiguration with(BranchedSettings newSettings) {
    return new RepVGGConfiguration(newSettings, groups);
  }

  @Override
  public ModuleNames modules() {
    return RepVGGNames.of(settings.names());
  }

  @Override
  public String describe() {
    return "stem of %d and %d channels, blocks %s, channels %s, groups %d, %d classes"
        .formatted(
            settings.inChannels(),
            settings.stemChannels(),
            settings.blocks(),
            settings.channels(),
            groups,
            settings.classes());
  }

  @Override
  public int kindsOfBlocks() {
    return groups == 1 ? 1 : 2;
  }

  @Override
  public BranchedNetwork network() {
    List<Integer> blocks = settings.blocks();
    List<Integer> channels = settings.channels();
    List<List<BranchedConvolution>> stages = new ArrayList<>();
    int in = settings.stemChannels();
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
        new BranchedConvolution(settings.inChannels(), settings.stemChannels(), KERNEL, 2, 1, 1),
        stages);
  }
}
