package org.repfold.converter.io.dl4j.layers;

import java.util.List;
import org.repfold.graph.Shape;

/**
 * A scale {@code alpha} and a shift {@code beta} for each channel of tokens {@code [N, T, C]}:
 * {@code y = alpha * x + beta}, which stands in ResMLP where others normalise (Touvron and others,
 * arXiv 2105.03404, section 2). Both are {@code [1, 1, C]}; {@code alpha} starts as 1, {@code beta}
 * as 0.
 */
public final class Affine extends ConstantAffine implements OfficialParameters {
  private static final long serialVersionUID = 1L;

  private Affine() {}

  /** A layer for tokens of so many channels. */
  public Affine(long channels) {
    super(new ConstantAffine.Builder().scale(1, 1, channels).bias(1, 1, channels));
  }

  @Override
  public List<OfficialParameter> officialParameters() {
    return List.of(
        new OfficialParameter("alpha", SCALE, Shape.of(getScaleShape())),
        new OfficialParameter("beta", BIAS, Shape.of(getBiasShape())));
  }
}
