package org.repfold.converter.io.dl4j.layers;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/**
 * A 1 x 1 convolution of stride 1 without padding: {@code [N, nIn, H, W]} to {@code [N, nOut, H,
 * W]}. It computes what DL4J's {@code ConvolutionLayer} computes, as one matrix product for each
 * example, where that copies every patch of the map first. Parameters: {@code W = [nOut, nIn]} in C
 * order, and {@code b = [nOut]} unless {@code hasBias(false)}.
 */
public final class PointwiseConvolution extends Weighted {
  private static final long serialVersionUID = 1L;

  private PointwiseConvolution() {}

  private PointwiseConvolution(Builder builder) {
    super(builder);
    if (nIn <= 0 || nOut <= 0) {
      throw new IllegalArgumentException(
          "%s: expected nIn and nOut above 0, found %d and %d".formatted(label(), nIn, nOut));
    }
    initializeConstraints(builder);
  }

  @Override
  ParametricLayer<?> computation(NeuralNetConfiguration conf, DataType dataType) {
    return new PointwiseConvolutionLayer(conf, dataType);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    if (inputType instanceof InputType.InputTypeConvolutional map && map.getChannels() == nIn) {
      return InputType.convolutional(map.getHeight(), map.getWidth(), nOut);
    }
    throw new IllegalStateException(
        "%s: expected maps of %d channels, found %s".formatted(label(), nIn, inputType));
  }

  /** Those of a 1 x 1 convolution. */
  @Override
  public List<OfficialParameter> officialParameters() {
    return OfficialParameter.weightAndBias(Shape.of(nOut, nIn, 1, 1), isHasBias());
  }

  @Override
  public String describe(VertexBuilder vertex) {
    Operator.Conv conv =
        new Operator.Conv(
            vertex.parameter(WEIGHT).reshape(Shape.of(nOut, nIn, 1, 1)),
            bias(vertex),
            Window.unit(),
            1);
    return vertex.activate(getActivationFn(), vertex.add("conv", conv, vertex.input()));
  }

  @Override
  List<?> settings() {
    return List.of(nIn, nOut, isHasBias());
  }

  /** Builds the layer; nIn and nOut are required, the activation is the identity. */
  @SuppressWarnings("unchecked") // build() returns a type variable in DL4J.
  public static final class Builder extends Weighted.Builder<Builder> {
    @Override
    public PointwiseConvolution build() {
      return new PointwiseConvolution(this);
    }
  }
}
