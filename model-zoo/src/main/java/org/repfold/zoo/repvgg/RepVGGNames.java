package org.repfold.zoo.repvgg;

import org.repfold.zoo.Naming;
import org.repfold.zoo.branched.ModuleNames;

/** What the modules of a RepVGG are called. */
final class RepVGGNames {
  private static final ModuleNames TIMM =
      new ModuleNames(
          "stem", "stages.%d.%d", 0, "head.fc", "conv_kxk", "conv_1x1", "identity", "reparam_conv");

  private static final ModuleNames OFFICIAL =
      new ModuleNames(
          "stage0",
          "stage%d.%d",
          1,
          "linear",
          "rbr_dense",
          "rbr_1x1",
          "rbr_identity",
          "rbr_reparam");

  private RepVGGNames() {}

  static ModuleNames of(Naming names) {
    return switch (names) {
      case TIMM -> TIMM;
      case OFFICIAL -> OFFICIAL;
    };
  }
}
