package org.repfold.zoo;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The PyTorch code whose names for its modules a network uses, where several codes have it. */
public enum Naming {
  /** timm's. */
  @JsonProperty("timm")
  TIMM,
  /** Those of the paper's official code. */
  @JsonProperty("official")
  OFFICIAL
}
