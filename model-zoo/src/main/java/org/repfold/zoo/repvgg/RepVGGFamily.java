package org.repfold.zoo.repvgg;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.repfold.graph.Shape;
import org.repfold.zoo.Naming;
import org.repfold.zoo.WeightInitializer;
import org.repfold.zoo.branched.BlockTensors;
import org.repfold.zoo.branched.BranchedFamily;
import org.repfold.zoo.branched.BranchedSettings;

/** RepVGG (CVPR 2021, arXiv 2101.03697), with timm's names or those of the official code. */
public final class RepVGGFamily extends BranchedFamily<RepVGGConfiguration> {

  public RepVGGFamily() {
    super(
        "repvgg",
        "RepVGG",
        "RepVGG, CVPR 2021, arXiv:2101.03697",
        RepVGGConfiguration.class,
        RepVGGs.all(),
        RepVGGNames::of);
  }

  @Override
  public WeightInitializer weights() {
    return new RepVGGWeights();
  }

  /** In timm's deploy form MobileOne has the same names, but kernels of one tap in between. */
  @Override
  public boolean knows(Map<String, Shape> tensors) {
    return namingOf(tensors.keySet())
        .filter(names -> !BlockTensors.isPointwiseSecond(tensors, RepVGGNames.of(names)))
        .isPresent();
  }

  @Override
  protected RepVGGConfiguration configuration(BlockTensors tensors, Naming names) {
    BranchedSettings settings = tensors.settings(names, 1);
    return new RepVGGConfiguration(settings, groups(tensors, settings.blocks()));
  }

  /** Told from the first stage that has a second block. */
  private static int groups(BlockTensors tensors, List<Integer> blocks) {
    return IntStream.range(0, blocks.size())
        .filter(stage -> blocks.get(stage) > 1)
        .map(stage -> tensors.outChannels(stage, 0) / tensors.groupChannels(stage, 1))
        .findFirst()
        .orElse(1);
  }
}
