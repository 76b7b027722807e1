package org.repfold.converter.io.dl4j.layers;

import java.util.Optional;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Tensor;

/**
 * A layer with a weight {@code W}, in PyTorch's memory order, and a bias {@code b = [nOut]} unless
 * {@code hasBias(false)}.
 */
public abstract class Weighted extends Parametric implements OfficialParameters {
  /** Key of the weight. */
  public static final String WEIGHT = NamedParameters.WEIGHT;

  /** Key of the bias. */
  public static final String BIAS = NamedParameters.BIAS;

  private static final long serialVersionUID = 1L;

  @JsonProperty private boolean hasBias;

  Weighted() {}

  Weighted(Builder<?> builder) {
    super(builder);
    hasBias = builder.hasBias;
  }

  public final boolean isHasBias() {
    return hasBias;
  }

  /** One matrix; a layer of several says so. */
  @Override
  NamedParameters parameters() {
    return NamedParameters.weightAndBias(this, hasBias, nIn, nOut, nOut, nIn);
  }

  /** The bias of a vertex of this layer. */
  final Optional<Tensor> bias(VertexBuilder vertex) {
    return hasBias ? Optional.of(vertex.parameter(BIAS)) : Optional.empty();
  }

  /** Sets what all such layers share. */
  @SuppressWarnings("unchecked") // build() returns a type variable in DL4J.
  public abstract static class Builder<T extends Builder<T>> extends Parametric.Builder<T> {
    private boolean hasBias = true;

    Builder() {}

    /** Whether the layer adds a bias {@code [nOut]}. */
    public T hasBias(boolean hasBias) {
      this.hasBias = hasBias;
      return (T) this;
    }
  }
}
