package org.repfold.converter.io.dl4j.layers;

import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.BaseActivationFunction;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.repfold.converter.io.dl4j.SelfDescribing;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Unary;

/**
 * The exact GELU, {@code x * Phi(x) = x / 2 * (1 + erf(x / sqrt 2))} (Hendrycks and Gimpel, arXiv
 * 1606.08415). DL4J's own GELU is an approximation by tanh.
 */
public final class GeluErf extends BaseActivationFunction implements SelfDescribing {
  private static final long serialVersionUID = 1L;
  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double NORMAL_DENSITY_AT_ZERO = 1 / Math.sqrt(2 * Math.PI);

  @Override
  public INDArray getActivation(INDArray in, boolean training) {
    return in.muli(cumulativeNormal(in));
  }

  /** {@code dL/dx = epsilon * (Phi(x) + x * phi(x))}. */
  @Override
  public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
    assertShape(in, epsilon);
    INDArray slope = Transforms.exp(in.mul(in).muli(-0.5), false);
    slope.muli(NORMAL_DENSITY_AT_ZERO).muli(in).addi(cumulativeNormal(in)).muli(epsilon);
    return new Pair<>(slope, null);
  }

  @Override
  public String describe(VertexBuilder vertex) {
    return vertex.add("gelu", new Unary.Gelu(), vertex.input());
  }

  private static INDArray cumulativeNormal(INDArray x) {
    INDArray scaled = x.mul(SQRT_HALF);
    Nd4j.getExecutioner().exec(new Erf(scaled, scaled));
    return scaled.addi(1).muli(0.5);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GeluErf;
  }

  @Override
  public int hashCode() {
    return GeluErf.class.hashCode();
  }

  @Override
  public String toString() {
    return "gelu_erf";
  }
}
