package org.repfold.zoo.repvgg;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.repfold.zoo.branched.ModuleNames;

/** The code whose names for the modules of a RepVGG a network uses. */
public enum RepVGGNames {
  /** timm's. */
  @JsonProperty("timm")
  TIMM(
      new ModuleNames(
          "stem",
          "stages.%d.%d",
          0,
          "head.fc",
          "conv_kxk",
          "conv_1x1",
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
          "rbr_dense",
          "rbr_1x1",
          "rbr_identity",
          "rbr_reparam"));

  private final ModuleNames modules;

  RepVGGNames(ModuleNames modules) {
    this.modules = modules;
  }

  /** The names. */
  public ModuleNames modules() {
    return modules;
  }

  static List<ModuleNames> all() {
    return Arrays.stream(values()).map(RepVGGNames::modules).toList();
  }

  /** The names that tensors go by. */
  static Optional<RepVGGNames> of(Set<String> tensors) {
    return Arrays.stream(values()).filter(names -> names.modules.areOf(tensors)).findFirst();
  }
}
