package org.repfold.converter.io.dl4j.layers;

import java.util.List;
import org.repfold.graph.Shape;

/**
 * A factor for each channel of tokens {@code [N, T, C]}, behind a branch of a residual block (CaiT,
 * arXiv 2103.17239, section 2; ResMLP, arXiv 2105.03404, section 2). In PyTorch it is no module but
 * a parameter {@code [C]}, which goes by the vertex's name.
 */
public final class LayerScale extends ConstantAffine implements OfficialParameters {
  private static final long serialVersionUID = 1L;

  private LayerScale() {}

  /**
   * A layer for tokens of so many channels.
   *
   * @param initial every factor before training, small, so that a block starts as nearly nothing
   */
  public LayerScale(long channels, double initial) {
    super(new ConstantAffine.Builder().scale(1, 1, channels).scaleInit(initial));
  }

  @Override
  public List<OfficialParameter> officialParameters() {
    return List.of(new OfficialParameter("", SCALE, Shape.of(getScaleShape()[2])));
  }
}
