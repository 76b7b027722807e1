package org.repfold.zoo.mobileone;

import java.util.Map;
import org.repfold.graph.Shape;
import org.repfold.zoo.Form;
import org.repfold.zoo.Naming;
import org.repfold.zoo.WeightInitializer;
import org.repfold.zoo.branched.BlockTensors;
import org.repfold.zoo.branched.BranchedFamily;
import org.repfold.zoo.branched.ByobWeights;

/** MobileOne (CVPR 2023, arXiv 2206.04040), with timm's names or those of the official code. */
public final class MobileOneFamily extends BranchedFamily<MobileOneConfiguration> {
  private static final int CONVOLUTIONS_OF_BLOCK = 2;

  public MobileOneFamily() {
    super(
        "mobileone",
        "MobileOne",
        "MobileOne, CVPR 2023, arXiv:2206.04040",
        MobileOneConfiguration.class,
        MobileOnes.all(),
        MobileOneNames::of);
  }

  @Override
  public WeightInitializer weights() {
    return new ByobWeights();
  }

  /** In timm's deploy form RepVGG has the same names, but no kernels of one tap in between. */
  @Override
  public boolean knows(Map<String, Shape> tensors) {
    return namingOf(tensors.keySet())
        .filter(
            names ->
                formOf(tensors.keySet()) == Form.TRAIN
                    || BlockTensors.isPointwiseSecond(tensors, MobileOneNames.of(names)))
        .isPresent();
  }

  @Override
  protected MobileOneConfiguration configuration(BlockTensors tensors, Naming names) {
    return new MobileOneConfiguration(
        tensors.settings(names, CONVOLUTIONS_OF_BLOCK), tensors.branches(0, 0));
  }

  /** In the deploy form, how many branches there were makes no difference. */
  @Override
  protected MobileOneConfiguration seen(MobileOneConfiguration network, Form form) {
    return form == Form.DEPLOY ? network.withBranches(1) : network;
  }
}
