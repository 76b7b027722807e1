package org.repfold.converter.io.dl4j.layers;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * {@code y = scale * x + bias}, with parameters that are the same for every example: {@code scale}
 * and {@code bias}, either of them absent. Each either varies along one axis alone, such as {@code
 * [1, C, 1, 1]} for maps {@code [N, C, H, W]} and {@code [1, 1, C]} for tokens {@code [N, T, C]},
 * or has a number for each place, {@code [1, C, H, W]} or {@code [1, T, C]}. It is what remains of
 * a BatchNorm that a following operator cannot absorb (docs: the fold algebra, "BN -> shared FC").
 */
public class ConstantAffine extends Parametric {
  /** Key of the factor. */
  public static final String SCALE = "scale";

  /** Key of the summand. */
  public static final String BIAS = "bias";

  private static final long serialVersionUID = 1L;

  @JsonProperty private long[] scaleShape;
  @JsonProperty private long[] biasShape;
  @JsonProperty private double scaleInit = 1;

  ConstantAffine() {}

  ConstantAffine(Builder builder) {
    super(builder);
    scaleShape = builder.scaleShape;
    biasShape = builder.biasShape;
    scaleInit = builder.scaleInit;
    shapes()
        .filter(shape -> shape.length < 2 || shape[0] != 1)
        .findFirst()
        .ifPresent(
            shape -> {
              throw new IllegalArgumentException(
                  "%s: expected a shape such as [1, C, 1, 1] or [1, C, H, W], found %s"
                      .formatted(label(), Arrays.toString(shape)));
            });
    initializeConstraints(builder);
  }

  private Stream<long[]> shapes() {
    return Stream.of(scaleShape, biasShape).filter(Objects::nonNull);
  }

  /** Shape of the scale, or null when there is none. */
  public long[] getScaleShape() {
    return scaleShape;
  }

  /** Shape of the bias, or null when there is none. */
  public long[] getBiasShape() {
    return biasShape;
  }

  /** What every factor is before training. */
  public double getScaleInit() {
    return scaleInit;
  }

  @Override
  NamedParameters parameters() {
    NamedParameters.Builder parameters = new NamedParameters.Builder();
    if (scaleShape != null) {
      parameters.add(SCALE, NamedParameters.Role.CONSTANT, scaleInit, scaleShape);
    }
    if (biasShape != null) {
      parameters.add(BIAS, NamedParameters.Role.BIAS, 0, biasShape);
    }
    return parameters.build((conf, parameter, view) -> {});
  }

  @Override
  ParametricLayer<?> computation(NeuralNetConfiguration conf, DataType dataType) {
    return new ConstantAffineLayer(conf, dataType);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    long[] array = inputType.getShape(true);
    shapes()
        .filter(shape -> !fits(shape, array))
        .findFirst()
        .ifPresent(
            shape -> {
              throw new IllegalStateException(
                  "%s: a parameter of shape %s does not fit the input %s"
                      .formatted(label(), Arrays.toString(shape), inputType));
            });
    return inputType;
  }

  private static boolean fits(long[] shape, long[] array) {
    if (shape.length != array.length) {
      return false;
    }
    long[] whole = array.clone();
    whole[0] = 1;
    return Arrays.equals(shape, whole) || axis(shape, array) > 0;
  }

  /** The axis along which alone a parameter of that shape varies in an array; 0 if in all. */
  static int axis(long[] shape, long[] array) {
    long length = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    for (int axis = 1; axis < shape.length; axis++) {
      if (length == shape[axis] && shape[axis] == array[axis]) {
        return axis;
      }
    }
    return 0;
  }

  @Override
  List<?> settings() {
    return List.of(Arrays.toString(scaleShape), Arrays.toString(biasShape), scaleInit);
  }

  @Override
  public String describe(VertexBuilder vertex) {
    String value = vertex.input();
    if (scaleShape != null) {
      Tensor factors = vertex.parameter(SCALE).reshape(Shape.of(scaleShape));
      String scale = vertex.add(SCALE, new Operator.Constant(factors));
      value = vertex.add("mul", new Operator.Mul(), value, scale);
    }
    if (biasShape != null) {
      Tensor shifts = vertex.parameter(BIAS).reshape(Shape.of(biasShape));
      String bias = vertex.add(BIAS, new Operator.Constant(shifts));
      value = vertex.add("add", new Operator.Add(), value, bias);
    }
    return vertex.activate(getActivationFn(), value);
  }

  /** Builds the layer; at least one shape should be given. */
  @SuppressWarnings("unchecked") // build() returns a type variable in DL4J.
  public static final class Builder extends Parametric.Builder<Builder> {
    private long[] scaleShape;
    private long[] biasShape;
    private double scaleInit = 1;

    /** Shape of the scale, such as {@code [1, C, 1, 1]} or {@code [1, C, H, W]}. */
    public Builder scale(long... shape) {
      scaleShape = shape.clone();
      return this;
    }

    /** Shape of the bias, such as {@code [1, C, 1, 1]} or {@code [1, C, H, W]}. */
    public Builder bias(long... shape) {
      biasShape = shape.clone();
      return this;
    }

    /** What every factor is before training; 1 unless stated. */
    public Builder scaleInit(double scaleInit) {
      this.scaleInit = scaleInit;
      return this;
    }

    @Override
    public ConstantAffine build() {
      return new ConstantAffine(this);
    }
  }
}
