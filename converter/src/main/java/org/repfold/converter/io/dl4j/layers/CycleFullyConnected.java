package org.repfold.converter.io.dl4j.layers;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/**
 * Cycle FC: a dense layer over the channels of a map {@code [N, C, H, W]} that reads each channel
 * from another neighbour, in a staircase along the rows or the columns, and 0 beyond the map
 * (CycleMLP, arXiv 2107.10224, section 3.2, equation 2). So it sees some of its surroundings at the
 * price of a 1 x 1 convolution, on maps of any size. A kernel of {@code 1 x 3} moves channels along
 * the width, one of {@code 3 x 1} along the height. Parameters: {@code W = [nOut, nIn]} in C order,
 * and {@code b = [nOut]} unless {@code hasBias(false)}.
 */
public final class CycleFullyConnected extends Weighted implements OfficialBuffers {
  private static final long serialVersionUID = 1L;

  @JsonProperty private int kernelHeight;
  @JsonProperty private int kernelWidth;

  private CycleFullyConnected() {}

  private CycleFullyConnected(Builder builder) {
    super(builder);
    kernelHeight = builder.kernelHeight;
    kernelWidth = builder.kernelWidth;
    if (nIn < 1 || nOut < 1) {
      throw new IllegalArgumentException(
          "%s: expected nIn and nOut above 0, found %d and %d".formatted(label(), nIn, nOut));
    }
    try {
      staircase();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(label() + ": " + e.getMessage(), e);
    }
    initializeConstraints(builder);
  }

  public int getKernelHeight() {
    return kernelHeight;
  }

  public int getKernelWidth() {
    return kernelWidth;
  }

  Staircase staircase() {
    return new Staircase(kernelHeight, kernelWidth);
  }

  /**
   * How far each channel is moved, {@code offset} of {@code [1, 2 nIn, 1, 1]}: rows and columns of
   * each in turn.
   */
  @Override
  public List<OfficialBuffer> officialBuffers() {
    return List.of(new OfficialBuffer("offset", staircase().offsets(Math.toIntExact(nIn))));
  }

  @Override
  ParametricLayer<?> computation(NeuralNetConfiguration conf, DataType dataType) {
    return new CycleFullyConnectedLayer(conf, dataType);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    if (inputType instanceof InputType.InputTypeConvolutional map && map.getChannels() == nIn) {
      return InputType.convolutional(map.getHeight(), map.getWidth(), nOut);
    }
    throw new IllegalStateException(
        "%s: expected maps of %d channels, found %s".formatted(label(), nIn, inputType));
  }

  @Override
  public List<OfficialParameter> officialParameters() {
    return OfficialParameter.weightAndBias(Shape.of(nOut, nIn, 1, 1), isHasBias());
  }

  /**
   * A depthwise {@code Conv} of one tap for each channel, which moves it, and a 1 x 1 {@code Conv}:
   * the form that ONNX Runtime computes fastest (docs/cycle-fc.md).
   */
  @Override
  public String describe(VertexBuilder vertex) {
    int channels = Math.toIntExact(nIn);
    Operator shift =
        new Operator.Conv(
            staircase().taps(channels), Optional.empty(), staircase().window(), channels);
    Operator dense =
        new Operator.Conv(
            vertex.parameter(WEIGHT).reshape(Shape.of(nOut, nIn, 1, 1)),
            bias(vertex),
            Window.unit(),
            1);
    String moved =
        staircase().steps() == 1 ? vertex.input() : vertex.add("shift", shift, vertex.input());
    return vertex.activate(getActivationFn(), vertex.add("conv", dense, moved));
  }

  @Override
  List<?> settings() {
    return List.of(nIn, nOut, kernelHeight, kernelWidth, isHasBias());
  }

  /** Builds the layer; kernel, nIn and nOut are required, the activation is the identity. */
  @SuppressWarnings("unchecked") // build() returns a type variable in DL4J.
  public static final class Builder extends Weighted.Builder<Builder> {
    private final int kernelHeight;
    private final int kernelWidth;

    /** A layer whose stairs span so many rows and columns; one of both is 1. */
    public Builder(int kernelHeight, int kernelWidth) {
      this.kernelHeight = kernelHeight;
      this.kernelWidth = kernelWidth;
    }

    @Override
    public CycleFullyConnected build() {
      return new CycleFullyConnected(this);
    }
  }
}
