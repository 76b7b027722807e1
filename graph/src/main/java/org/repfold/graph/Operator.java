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
public sealed interface Operator {

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
    public BatchNormalization mapParameters(UnaryOperator<Tensor> change) {
      return new BatchNormalization(
          change.apply(scale),
          change.apply(shift),
          change.apply(mean),
          change.apply(variance),
          epsilon);
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

  /** Matrix product over the last two axes; the axes before them are broadcast. */
  record MatMul() implements Operator {
    @Override
    public int arity() {
      return 2;
    }
  }

  /** {@code max(x, 0)}. */
  record Relu() implements Operator {}

  /** {@code 1 / (1 + exp(-x))}. */
  record Sigmoid() implements Operator {}

  /**
   * {@code x / 2 * (1 + erf(x / sqrt(2)))}: the exact GELU, not an approximation (Hendrycks and
   * Gimpel 2016).
   */
  record Gelu() implements Operator {}

  /** Exponentials that sum to 1 along an axis. */
  record Softmax(int axis) implements Operator {}

  /** Its input. */
  record Identity() implements Operator {}

  /** The mean over all positions of each channel: {@code [N, C, H, W]} to {@code [N, C, 1, 1]}. */
  record GlobalAveragePool() implements Operator {}

  /** Merges all axes but the first: {@code [N, ...]} to {@code [N, M]}. */
  record Flatten() implements Operator {}

  /**
   * The same elements in row-major order under another shape, of whose sizes one may be -1
   * (whatever is left).
   */
  record Reshape(List<Long> shape) implements Operator {
    public Reshape {
      shape = List.copyOf(shape);
      if (shape.stream().filter(size -> size == Shape.UNKNOWN).count() > 1) {
        throw new BadInputException("Reshape: expected at most one size of -1, found " + shape);
      }
    }

    public static Reshape to(long... shape) {
      return new Reshape(java.util.Arrays.stream(shape).boxed().toList());
    }
  }

  /** Axis {@code i} of the result is axis {@code permutation[i]} of the input. */
  record Transpose(List<Integer> permutation) implements Operator {
    public Transpose {
      permutation = List.copyOf(permutation);
      if (!permutation.stream()
          .sorted()
          .toList()
          .equals(java.util.stream.IntStream.range(0, permutation.size()).boxed().toList())) {
        throw new BadInputException(
            "Transpose: expected a permutation of the axes, found " + permutation);
      }
    }

    public static Transpose by(Integer... permutation) {
      return new Transpose(List.of(permutation));
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
