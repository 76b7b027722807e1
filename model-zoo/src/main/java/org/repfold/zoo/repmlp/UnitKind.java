package org.repfold.zoo.repmlp;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What stands around a RepMLP block in a residual unit (arXiv 2105.01883, figure 5). */
public enum UnitKind {
  /** 1 x 1 convolution, RepMLP, 1 x 1 convolution; an eighth of the channels inside. */
  @JsonProperty("light")
  LIGHT,
  /**
   * 1 x 1 and 3 x 3 convolution, RepMLP, 3 x 3 and 1 x 1 convolution; a quarter of the channels
   * inside, and still fewer in RepMLP.
   */
  @JsonProperty("bottleneck")
  BOTTLENECK
}
