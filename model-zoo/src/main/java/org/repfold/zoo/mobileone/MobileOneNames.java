package org.repfold.zoo.mobileone;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.repfold.zoo.branched.ModuleNames;

/** The code whose names for the modules of a MobileOne a network uses. */
public enum MobileOneNames {
  /** timm's. */
  @JsonProperty("timm")
  TIMM(
      new ModuleNames(
          "stem",
          "stages.%d.%d",
          0,
          "head.fc",
          "conv_kxk.%d",
          "conv_scale",
          "identity",
          "reparam_conv")),
  /** Those of the paper's official code. */
  @JsonProperty("official")
  OFFICIAL(
      new ModuleNames(
          "stage0",
          "stage%d.%d",
          1,
          "linear",
          "rbr_conv.%d",
          "rbr_scale",
          "rbr_skip",
          "reparam_conv"));

  private final ModuleNames modules;

  MobileOneNames(ModuleNames modules) {
    this.modules = modules;
  }

  /** The names. */
  public ModuleNames modules() {
    return modules;
  }

  static List<ModuleNames> all() {
    return Arrays.stream(values()).map(MobileOneNames::modules).toList();
  }

  /** The names that tensors go by. */
  static Optional<MobileOneNames> of(Set<String> tensors) {
    return Arrays.stream(values()).filter(names -> names.modules.areOf(tensors)).findFirst();
  }
}
