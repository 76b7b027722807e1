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
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * {@code y = W x + b} along one axis, the same at all other positions: PyTorch's {@code Linear}
 * where the axis is the last. Of tokens {@code [N, T, C]} it mixes the channels (axis 2) or the
 * tokens (axis 1) of each (MLP-Mixer, arXiv 2105.01601, equation 1); of maps {@code [N, C, H, W]}
 * the channels (axis 1). Parameters: {@code W = [nOut, nIn]} in C order, PyTorch's memory order,
 * and {@code b = [nOut]} unless {@code hasBias(false)}.
 */
public final class Linear extends Weighted {
  private static final long serialVersionUID = 1L;

  @JsonProperty private int axis;

  private Linear() {}

  private Linear(Builder builder) {
    super(builder);
    axis = builder.axis;
    if (axis < 1 || nIn < 1 || nOut < 1) {
      throw new IllegalArgumentException(
          "%s: expected an axis, nIn and nOut above 0, found %d, %d and %d"
              .formatted(label(), axis, nIn, nOut));
    }
    initializeConstraints(builder);
  }

  public int getAxis() {
    return axis;
  }

  @Override
  ParametricLayer<?> computation(NeuralNetConfiguration conf, DataType dataType) {
    return new LinearLayer(conf, dataType);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    long[] shape = inputType.getShape(true);
    if (axis >= shape.length || shape[axis] != nIn) {
      throw new IllegalStateException(
          "%s: expected %d values along axis %d, found %s"
              .formatted(label(), nIn, axis, inputType));
    }
    return InputTypes.with(inputType, axis, nOut);
  }

  @Override
  public List<OfficialParameter> officialParameters() {
    return OfficialParameter.weightAndBias(Shape.of(nOut, nIn), isHasBias());
  }

  /**
   * A {@code Gemm} of rows, a 1 x 1 {@code Conv} of the channels of maps; else a {@code MatMul} by
   * the weight, from the right where the axis is the last, from the left where it is the one
   * before.
   */
  @Override
  public String describe(VertexBuilder vertex) {
    int rank = vertex.shape(vertex.input()).rank();
    Tensor weight = vertex.parameter(WEIGHT);
    Optional<Tensor> bias = bias(vertex);
    String result;
    if (rank == 2) {
      result = vertex.add("gemm", new Operator.Gemm(weight, bias), vertex.input());
    } else if (rank == 4 && axis == 1) {
      Tensor kernel = weight.reshape(Shape.of(nOut, nIn, 1, 1));
      result =
          vertex.add("conv", new Operator.Conv(kernel, bias, Window.unit(), 1), vertex.input());
    } else {
      result = product(vertex, axis == rank - 1);
    }
    return vertex.activate(getActivationFn(), result);
  }

  private String product(VertexBuilder vertex, boolean alongLastAxis) {
    Tensor weight = alongLastAxis ? vertex.transposed(WEIGHT) : vertex.parameter(WEIGHT);
    String matrix = vertex.add("weight", new Operator.Constant(weight));
    String product =
        alongLastAxis
            ? vertex.add("matmul", new Operator.MatMul(), vertex.input(), matrix)
            : vertex.add("matmul", new Operator.MatMul(), matrix, vertex.input());
    if (!isHasBias()) {
      return product;
    }
    Tensor bias = vertex.parameter(BIAS);
    String summand =
        vertex.add(
            "bias", new Operator.Constant(alongLastAxis ? bias : bias.reshape(Shape.of(nOut, 1))));
    return vertex.add("add", new Operator.Add(), product, summand);
  }

  @Override
  List<?> settings() {
    return List.of(nIn, nOut, axis, isHasBias());
  }

  /** Builds the layer; the axis, nIn and nOut are required, the activation is the identity. */
  @SuppressWarnings("unchecked") // build() returns a type variable in DL4J.
  public static final class Builder extends Weighted.Builder<Builder> {
    private int axis;

    /** The axis of the inputs and outputs, counted with the batch, which is axis 0. */
    public Builder axis(int axis) {
      this.axis = axis;
      return this;
    }

    @Override
    public Linear build() {
      return new Linear(this);
    }
  }
}
