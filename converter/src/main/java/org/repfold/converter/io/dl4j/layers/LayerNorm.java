package org.repfold.converter.io.dl4j.layers;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/**
 * {@code y = gain * (x - mean) / sqrt(variance + epsilon) + shift}, mean and variance taken along
 * one axis, at each position of the others (Ba, Kiros and Hinton, arXiv 1607.06450, equation 4).
 * Parameters: {@code gain} and, unless {@code hasShift(false)}, {@code shift}, each {@code [C]} of
 * the axis's size {@code nOut}.
 */
public final class LayerNorm extends Parametric implements OfficialParameters {
  /** Key of the factor. */
  public static final String GAIN = "gain";

  /** Key of the summand. */
  public static final String SHIFT = "shift";

  private static final long serialVersionUID = 1L;

  @JsonProperty private int axis;
  @JsonProperty private double epsilon;
  @JsonProperty private boolean hasShift = true;

  private LayerNorm() {}

  private LayerNorm(Builder builder) {
    super(builder);
    axis = builder.axis;
    epsilon = builder.epsilon;
    hasShift = builder.hasShift;
    nIn = nOut;
    if (axis < 1 || nOut < 1 || !(epsilon >= 0)) {
      throw new IllegalArgumentException(
          "%s: expected an axis and nOut above 0 and an epsilon of at least 0, found %d, %d and %s"
              .formatted(label(), axis, nOut, epsilon));
    }
    initializeConstraints(builder);
  }

  public int getAxis() {
    return axis;
  }

  public double getEpsilon() {
    return epsilon;
  }

  public boolean isHasShift() {
    return hasShift;
  }

  @Override
  NamedParameters parameters() {
    NamedParameters.Builder parameters =
        new NamedParameters.Builder().add(GAIN, NamedParameters.Role.CONSTANT, 1, nOut);
    if (hasShift) {
      parameters.add(SHIFT, NamedParameters.Role.BIAS, 0, nOut);
    }
    return parameters.build((conf, parameter, view) -> {});
  }

  @Override
  ParametricLayer<?> computation(NeuralNetConfiguration conf, DataType dataType) {
    return new LayerNormLayer(conf, dataType);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    long[] shape = inputType.getShape(true);
    if (axis >= shape.length || shape[axis] != nOut) {
      throw new IllegalStateException(
          "%s: expected %d values along axis %d, found %s"
              .formatted(label(), nOut, axis, inputType));
    }
    return inputType;
  }

  @Override
  public List<OfficialParameter> officialParameters() {
    OfficialParameter gain = new OfficialParameter("weight", GAIN, Shape.of(nOut));
    return hasShift
        ? List.of(gain, new OfficialParameter("bias", SHIFT, Shape.of(nOut)))
        : List.of(gain);
  }

  /** A {@code LayerNormalization}, between transposes where the axis is not the last. */
  @Override
  public String describe(VertexBuilder vertex) {
    Operator norm =
        new Operator.LayerNormalization(
            vertex.parameter(GAIN),
            hasShift ? Optional.of(vertex.parameter(SHIFT)) : Optional.empty(),
            epsilon);
    int last = vertex.shape(vertex.input()).rank() - 1;
    String result;
    if (axis == last) {
      result = vertex.add("norm", norm, vertex.input());
    } else {
      List<Integer> toLast =
          Stream.concat(
                  IntStream.rangeClosed(0, last).filter(i -> i != axis).boxed(), Stream.of(axis))
              .toList();
      List<Integer> back = IntStream.rangeClosed(0, last).mapToObj(toLast::indexOf).toList();
      String moved = vertex.add("last", new Movement.Transpose(toLast), vertex.input());
      String normalised = vertex.add("norm", norm, moved);
      result = vertex.add("back", new Movement.Transpose(back), normalised);
    }
    return vertex.activate(getActivationFn(), result);
  }

  @Override
  List<?> settings() {
    return List.of(nOut, axis, epsilon, hasShift);
  }

  /** Builds the layer; the axis and nOut, its size, are required. */
  @SuppressWarnings("unchecked") // build() returns a type variable in DL4J.
  public static final class Builder extends Parametric.Builder<Builder> {
    private int axis;
    private double epsilon = 1e-5;
    private boolean hasShift = true;

    /** The axis that is normalised, counted with the batch, which is axis 0. */
    public Builder axis(int axis) {
      this.axis = axis;
      return this;
    }

    /** What is added to the variance; 1e-5 unless stated. */
    public Builder epsilon(double epsilon) {
      this.epsilon = epsilon;
      return this;
    }

    /** Whether the layer adds a shift {@code [nOut]}. */
    public Builder hasShift(boolean hasShift) {
      this.hasShift = hasShift;
      return this;
    }

    @Override
    public LayerNorm build() {
      return new LayerNorm(this);
    }
  }
}
