package org.repfold.graph;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * What a node computes. Names and semantics are ONNX's; maps are NCHW. An operator's parameters are
 * tensors inside it.
 *
 * <p>Every operator gives one output.
 */
public sealed interface Operator
    permits Unary,
        Movement,
        Pooling,
        Operator.Conv,
        Operator.ConvTranspose,
        Operator.Gemm,
        Operator.BatchNormalization,
        Operator.LayerNormalization,
        Operator.Constant,
        Operator.Elementwise,
        Operator.MatMul,
        Operator.Softmax,
        Operator.Identity,
        Operator.Opaque {

  /** The ONNX operator type. */
  default String type() {
    return getClass().getSimpleName();
  }

  /** The number of inputs, parameters not counted. */
  default int arity() {
    return 1;
  }

  /** The parameters by their ONNX input names. */
  default Map<String, Tensor> parameters() {
    return Map.of();
  }

  /**
   * The parameters that training learns: all but running statistics, which are measured. Integers,
   * which are sizes, are none.
   */
  default List<Tensor> learned() {
    return parameters().values().stream()
        .filter(tensor -> tensor.type() != ElementType.INT64)
        .toList();
  }

  /** This operator with each parameter replaced. */
  default Operator mapParameters(UnaryOperator<Tensor> change) {
    return this;
  }

  /** An operator with two inputs that are broadcast against each other as in NumPy. */
  sealed interface Elementwise extends Operator {
    @Override
    default int arity() {
      return 2;
    }
  }

  /**
   * Cross-correlation of {@code [N, C, H, W]} with {@code weight} of shape {@code [O, C / group,
   * kh, kw]}, plus {@code bias} of shape {@code [O]}.
   */
  record Conv(Tensor weight, Optional<Tensor> bias, Window window, int group) implements Operator {
    public Conv {
      Shape shape = weight.shape();
      if (shape.rank() != 4 || group < 1 || shape.dimension(0) % group != 0) {
        throw new BadInputException(
            "Conv: expected a weight of shape [O, C/group, kh, kw] with O divisible by group "
                + group
                + ", found "
                + shape);
      }
      if (shape.dimension(2) < 1 || shape.dimension(3) < 1) {
        throw new BadInputException("Conv: expected a kernel of at least 1x1, found " + shape);
      }
      requireVector("Conv", "bias", bias, shape.dimension(0));
    }

    /** The number of input channels. */
    public int inputChannels() {
      return Math.toIntExact(weight.shape().dimension(1) * group);
    }

    /** The number of output channels. */
    public int outputChannels() {
      return Math.toIntExact(weight.shape().dimension(0));
    }

    public int kernelHeight() {
      return Math.toIntExact(weight.shape().dimension(2));
    }

    public int kernelWidth() {
      return Math.toIntExact(weight.shape().dimension(3));
    }

    /**
     * Whether it does nothing but move each channel, zeros following from beyond the map: a
     * depthwise convolution without bias, of a single tap of 1.
     */
    public boolean movesChannels() {
      boolean depthwise = group > 1 && group == inputChannels() && group == outputChannels();
      if (!depthwise || bias.isPresent()) {
        return false;
      }
      int taps = kernelHeight() * kernelWidth();
      for (int channel = 0; channel < group; channel++) {
        int ones = 0;
        for (int tap = 0; tap < taps; tap++) {
          double value = weight.get(channel * taps + tap);
          if (value != 0 && value != 1) {
            return false;
          }
          ones += value == 1 ? 1 : 0;
        }
        if (ones != 1) {
          return false;
        }
      }
      return true;
    }

    /** None where it only {@linkplain #movesChannels moves channels}. */
    @Override
    public List<Tensor> learned() {
      return movesChannels() ? List.of() : Operator.super.learned();
    }

    /** Whether each output position depends on the input at the same position alone. */
    public boolean isPointwise() {
      return kernelHeight() == 1
          && kernelWidth() == 1
          && window.isUnpadded()
          && window.strideHeight() == 1
          && window.strideWidth() == 1;
    }

    @Override
    public Map<String, Tensor> parameters() {
      return weightAndBias(weight, bias);
    }

    @Override
    public Conv mapParameters(UnaryOperator<Tensor> change) {
      return new Conv(change.apply(weight), bias.map(change), window, group);
    }
  }

  /**
   * The transpose of a {@link Conv}: each element of {@code [N, C, H, W]} times {@code weight} of
   * shape {@code [C, O / group, kh, kw]}, laid {@code stride} apart and summed up, the padding cut
   * off; plus {@code bias} of shape {@code [O]}.
   */
  record ConvTranspose(Tensor weight, Optional<Tensor> bias, Window window, int group)
      implements Operator {
    public ConvTranspose {
      Shape shape = weight.shape();
      if (shape.rank() != 4
          || group < 1
          || shape.dimension(0) % group != 0
          || shape.dimension(2) < 1
          || shape.dimension(3) < 1) {
        throw new BadInputException(
            "ConvTranspose: expected a weight of shape [C, O/group, kh, kw] with C divisible by"
                + " group "
                + group
                + " and a kernel of at least 1x1, found "
                + shape);
      }
      requireVector("ConvTranspose", "bias", bias, shape.dimension(1) * group);
    }

    /** The number of input channels. */
    public int inputChannels() {
      return Math.toIntExact(weight.shape().dimension(0));
    }

    /** The number of output channels. */
    public int outputChannels() {
      return Math.toIntExact(weight.shape().dimension(1) * group);
    }

    public int kernelHeight() {
      return Math.toIntExact(weight.shape().dimension(2));
    }

    public int kernelWidth() {
      return Math.toIntExact(weight.shape().dimension(3));
    }

    @Override
    public Map<String, Tensor> parameters() {
      return weightAndBias(weight, bias);
    }

    @Override
    public ConvTranspose mapParameters(UnaryOperator<Tensor> change) {
      return new ConvTranspose(change.apply(weight), bias.map(change), window, group);
    }
  }

  /**
   * {@code [N, I]} times the transpose of {@code weight} {@code [O, I]}, plus {@code bias} {@code
   * [O]}.
   */
  record Gemm(Tensor weight, Optional<Tensor> bias) implements Operator {
    public Gemm {
      if (weight.shape().rank() != 2) {
        throw new BadInputException(
            "Gemm: expected a weight of shape [O, I], found " + weight.shape());
      }
      requireVector("Gemm", "bias", bias, weight.shape().dimension(0));
    }

    @Override
    public Map<String, Tensor> parameters() {
      return weightAndBias(weight, bias);
    }

    @Override
    public Gemm mapParameters(UnaryOperator<Tensor> change) {
      return new Gemm(change.apply(weight), bias.map(change));
    }
  }

  /**
   * {@code scale * (x - mean) / sqrt(variance + epsilon) + shift} per channel (axis 1); all four
   * are {@code [C]}.
   */
  record BatchNormalization(
      Tensor scale, Tensor shift, Tensor mean, Tensor variance, double epsilon)
      implements Operator {
    public BatchNormalization {
      long channels = scale.size();
      requireVector("BatchNormalization", "scale", Optional.of(scale), channels);
      requireVector("BatchNormalization", "shift", Optional.of(shift), channels);
      requireVector("BatchNormalization", "mean", Optional.of(mean), channels);
      requireVector("BatchNormalization", "variance", Optional.of(variance), channels);
    }

    public int channels() {
      return scale.size();
    }

    @Override
    public Map<String, Tensor> parameters() {
      return Map.of("scale", scale, "shift", shift, "mean", mean, "variance", variance);
    }

    @Override
    public List<Tensor> learned() {
      return List.of(scale, shift);
    }

    @Override
    public BatchNormalization mapParameters(UnaryOperator<Tensor> change) {
      return new BatchNormalization(
          change.apply(scale),
          change.apply(shift),
          change.apply(mean),
          change.apply(variance),
          epsilon);
    }
  }

  /**
   * {@code scale * (x - mean) / sqrt(variance + epsilon) + shift}, mean and variance taken over the
   * last axes of each sample, as many as {@code scale} has (Ba, Kiros and Hinton 2016).
   *
   * @param scale of the shape of those axes
   * @param shift as {@code scale}
   */
  record LayerNormalization(Tensor scale, Optional<Tensor> shift, double epsilon)
      implements Operator {
    public LayerNormalization {
      if (scale.shape().rank() < 1
          || shift.isPresent() && !shift.get().shape().equals(scale.shape())) {
        throw new BadInputException(
            "LayerNormalization: expected scale and shift of one shape, found "
                + scale.shape()
                + shift.map(tensor -> " and " + tensor.shape()).orElse(""));
      }
    }

    @Override
    public Map<String, Tensor> parameters() {
      return shift
          .map(tensor -> Map.of("scale", scale, "shift", tensor))
          .orElse(Map.of("scale", scale));
    }

    @Override
    public LayerNormalization mapParameters(UnaryOperator<Tensor> change) {
      return new LayerNormalization(change.apply(scale), shift.map(change), epsilon);
    }
  }

  /** A value known before the graph runs. */
  record Constant(Tensor value) implements Operator {
    @Override
    public int arity() {
      return 0;
    }

    @Override
    public Map<String, Tensor> parameters() {
      return Map.of("value", value);
    }

    @Override
    public Constant mapParameters(UnaryOperator<Tensor> change) {
      return new Constant(change.apply(value));
    }
  }

  /** The sum of two values. */
  record Add() implements Elementwise {}

  /** The product of two values, element by element. */
  record Mul() implements Elementwise {}

  /** The first value minus the second. */
  record Sub() implements Elementwise {}

  /** The first value divided by the second. */
  record Div() implements Elementwise {}

  /** The larger of two values, element by element. */
  record Max() implements Elementwise {}

  /** The smaller of two values, element by element. */
  record Min() implements Elementwise {}

  /** Matrix product over the last two axes; the axes before them are broadcast. */
  record MatMul() implements Operator {
    @Override
    public int arity() {
      return 2;
    }
  }

  /** Exponentials that sum to 1 along an axis. */
  record Softmax(int axis) implements Operator {}

  /** Its input. */
  record Identity() implements Operator {}

  /**
   * What a source computes and this library does not know. It stays as it is, and no fold crosses
   * it.
   *
   * @param kind what the source calls it: a class name or an operator type
   * @param operands the shapes of the values it takes
   * @param result the shape of the value it gives
   * @param body what the source's reader keeps of it, so that the writer of the same format can
   *     write it back
   */
  record Opaque(String kind, List<Shape> operands, Shape result, Body body) implements Operator {
    public Opaque {
      operands = List.copyOf(operands);
    }

    /** An unknown operator in its source's own terms. */
    public interface Body {

      /** The parameters by the source's names; none by default. */
      default Map<String, Tensor> parameters() {
        return Map.of();
      }

      /** This body with each parameter replaced. */
      default Body mapParameters(UnaryOperator<Tensor> change) {
        return this;
      }
    }

    @Override
    public int arity() {
      return operands.size();
    }

    @Override
    public Map<String, Tensor> parameters() {
      return body.parameters();
    }

    @Override
    public Opaque mapParameters(UnaryOperator<Tensor> change) {
      return new Opaque(kind, operands, result, body.mapParameters(change));
    }
  }

  private static Map<String, Tensor> weightAndBias(Tensor weight, Optional<Tensor> bias) {
    return bias.map(b -> Map.of("weight", weight, "bias", b)).orElse(Map.of("weight", weight));
  }

  private static void requireVector(
      String operator, String name, Optional<Tensor> tensor, long length) {
    if (tensor.isPresent() && !tensor.get().shape().equals(Shape.of(length))) {
      throw new BadInputException(
          operator
              + ": expected "
              + name
              + " of shape "
              + Shape.of(length)
              + ", found "
              + tensor.get().shape());
    }
  }
}
