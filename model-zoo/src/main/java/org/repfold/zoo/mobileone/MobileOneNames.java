package org.repfold.zoo.mobileone;

import org.repfold.zoo.Naming;
import org.repfold.zoo.branched.ModuleNames;

/** What the modules of a MobileOne are called. */
final class MobileOneNames {
  private static final ModuleNames TIMM =
      new ModuleNames(
          "stem",
          "stages.%d.%d",
          0,
          "head.fc",
          "conv_kxk.%d",
          "conv_scale",
          "identity",
          "reparam_conv");

  private static final ModuleNames OFFICIAL =
      new ModuleNames(
          "stage0",
          "stage%d.%d",
          1,
          "linear",
          "rbr_conv.%d",
          "rbr_scale",
          "rbr_skip",
          "reparam_conv");

  private MobileOneNames() {}

  static ModuleNames of(Naming names) {
    return switch (names) {
      case TIMM -> TIMM;
      case OFFICIAL -> OFFICIAL;
    };
  }
}
