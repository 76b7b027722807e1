package org.repfold.converter.io.dl4j;

import static org.repfold.converter.io.dl4j.PlannedVertex.array;

import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.repfold.converter.io.dl4j.layers.ConstantAffine;
import org.repfold.converter.io.dl4j.layers.GroupedConvolution;
import org.repfold.converter.io.dl4j.layers.GroupedFullyConnected;
import org.repfold.converter.io.dl4j.layers.LayerNorm;
import org.repfold.converter.io.dl4j.layers.Linear;
import org.repfold.converter.io.dl4j.layers.PointwiseConvolution;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/** The DL4J layers that compute an operator, without activation function, and their parameters. */
final class LayerFactory {
  private static final String WEIGHT = DefaultParamInitializer.WEIGHT_KEY;
  private static final String BIAS = DefaultParamInitializer.BIAS_KEY;

  private LayerFactory() {}

  /** A layer and what fills its parameter table. */
  record Part<L extends BaseLayer>(L layer, Consumer<Map<String, INDArray>> parameters) {}

  /** Whether DL4J pads as the convolution does: both sides alike, or as its mode Same. */
  static boolean isPaddedAsDl4jDoes(Operator.Conv conv, Shape input) {
    return mode(conv, input).isPresent();
  }

  /** A convolution that {@linkplain #isPaddedAsDl4jDoes is padded as DL4J does}. */
  static Part<?> convolution(Operator.Conv conv, Shape input) {
    ConvolutionMode mode = mode(conv, input).orElseThrow();
    if (conv.group() == 1 && conv.isPointwise()) {
      PointwiseConvolution layer =
          new PointwiseConvolution.Builder()
              .nIn(conv.inputChannels())
              .nOut(conv.outputChannels())
              .hasBias(conv.bias().isPresent())
              .build();
      Tensor weight = conv.weight().reshape(Shape.of(conv.outputChannels(), conv.inputChannels()));
      return new Part<>(layer, withBias(weight, conv.bias()));
    } else if (conv.group() == 1) {
      ConvolutionLayer layer = configured(new ConvolutionLayer.Builder(), conv, mode).build();
      return new Part<>(layer, withBias(conv.weight(), conv.bias()));
    } else if (conv.group() == conv.inputChannels()) {
      DepthwiseConvolution2D layer =
          configured(new DepthwiseConvolution2D.Builder(), conv, mode)
              .depthMultiplier(conv.outputChannels() / conv.group())
              .build();
      return new Part<>(layer, table -> fillDepthwise(conv, table));
    }
    GroupedConvolution layer =
        configured(new GroupedConvolution.Builder(), conv, mode).groups(conv.group()).build();
    return new Part<>(layer, withBias(conv.weight(), conv.bias()));
  }

  private static <B extends ConvolutionLayer.BaseConvBuilder<B>> B configured(
      B builder, Operator.Conv conv, ConvolutionMode mode) {
    Window window = conv.window();
    builder.setKernelSize(new int[] {conv.kernelHeight(), conv.kernelWidth()});
    builder.setStride(new int[] {window.strideHeight(), window.strideWidth()});
    builder.setDilation(new int[] {window.dilationHeight(), window.dilationWidth()});
    if (mode != ConvolutionMode.Same) {
      builder.setPadding(new int[] {window.padTop(), window.padLeft()});
    }
    return builder
        .convolutionMode(mode)
        .hasBias(conv.bias().isPresent())
        .nIn(conv.inputChannels())
        .nOut(conv.outputChannels())
        .activation(new ActivationIdentity());
  }

  /** DL4J pads both sides alike, or as its mode Same does; in groups both sides alike. */
  private static Optional<ConvolutionMode> mode(Operator.Conv conv, Shape input) {
    Window window = conv.window();
    if (window.padTop() == window.padBottom() && window.padLeft() == window.padRight()) {
      return Optional.of(ConvolutionMode.Truncate);
    } else if (conv.group() > 1 && conv.group() < conv.inputChannels()) {
      return Optional.empty();
    }
    Window same =
        new Windows(
                ConvolutionMode.Same,
                new int[] {conv.kernelHeight(), conv.kernelWidth()},
                new int[] {window.strideHeight(), window.strideWidth()},
                new int[] {window.dilationHeight(), window.dilationWidth()},
                new int[2])
            .over(input);
    return window.equals(same) ? Optional.of(ConvolutionMode.Same) : Optional.empty();
  }

  private static void fillDepthwise(Operator.Conv conv, Map<String, INDArray> table) {
    Shape shape = conv.weight().shape();
    Tensor byChannel =
        conv.weight()
            .reshape(
                Shape.of(
                    conv.group(),
                    conv.outputChannels() / conv.group(),
                    shape.dimension(2),
                    shape.dimension(3)));
    table.get(WEIGHT).assign(array(byChannel).permute(2, 3, 0, 1));
    fillBias(conv.bias(), table);
  }

  private static Consumer<Map<String, INDArray>> withBias(Tensor weight, Optional<Tensor> bias) {
    return table -> {
      table.get(WEIGHT).assign(array(weight));
      fillBias(bias, table);
    };
  }

  private static void fillBias(Optional<Tensor> bias, Map<String, INDArray> table) {
    bias.ifPresent(values -> fillVector(table, BIAS, values));
  }

  private static void fillVector(Map<String, INDArray> table, String key, Tensor values) {
    INDArray target = table.get(key);
    target.assign(array(values).reshape(target.shape()));
  }

  /** A pointwise convolution in groups on maps of one element. */
  static Part<GroupedFullyConnected> grouped(Operator.Conv conv) {
    GroupedFullyConnected layer =
        new GroupedFullyConnected.Builder()
            .groups(conv.group())
            .nIn(conv.inputChannels())
            .nOut(conv.outputChannels())
            .hasBias(conv.bias().isPresent())
            .activation(new ActivationIdentity())
            .build();
    long inputs = conv.inputChannels() / conv.group();
    Tensor weight =
        conv.weight().reshape(Shape.of(conv.group(), conv.outputChannels() / conv.group(), inputs));
    return new Part<>(layer, withBias(weight, conv.bias()));
  }

  /** A dense layer along one axis. */
  static Part<Linear> linear(int axis, Tensor weight, Optional<Tensor> bias) {
    Linear layer =
        new Linear.Builder()
            .axis(axis)
            .nIn(weight.shape().dimension(1))
            .nOut(weight.shape().dimension(0))
            .hasBias(bias.isPresent())
            .build();
    return new Part<>(
        layer, withBias(weight, bias.map(values -> values.reshape(Shape.of(values.size())))));
  }

  /** A normalization of the last axis. */
  static Part<LayerNorm> layerNormalization(Operator.LayerNormalization norm, int axis) {
    LayerNorm layer =
        new LayerNorm.Builder()
            .axis(axis)
            .nOut(norm.scale().size())
            .epsilon(norm.epsilon())
            .hasShift(norm.shift().isPresent())
            .activation(new ActivationIdentity())
            .build();
    return new Part<>(
        layer,
        table -> {
          fillVector(table, LayerNorm.GAIN, norm.scale());
          norm.shift().ifPresent(values -> fillVector(table, LayerNorm.SHIFT, values));
        });
  }

  static Part<DenseLayer> dense(Operator.Gemm gemm) {
    DenseLayer layer =
        new DenseLayer.Builder()
            .nIn(gemm.weight().shape().dimension(1))
            .nOut(gemm.weight().shape().dimension(0))
            .hasBias(gemm.bias().isPresent())
            .activation(new ActivationIdentity())
            .build();
    return new Part<>(layer, transposed(gemm));
  }

  static Part<OutputLayer> output(Operator.Gemm gemm, ILossFunction loss) {
    OutputLayer layer =
        new OutputLayer.Builder(loss)
            .nIn(gemm.weight().shape().dimension(1))
            .nOut(gemm.weight().shape().dimension(0))
            .hasBias(gemm.bias().isPresent())
            .activation(new ActivationIdentity())
            .build();
    return new Part<>(layer, transposed(gemm));
  }

  private static Consumer<Map<String, INDArray>> transposed(Operator.Gemm gemm) {
    return table -> {
      table.get(WEIGHT).assign(array(gemm.weight()).transpose());
      fillBias(gemm.bias(), table);
    };
  }

  static Part<BatchNormalization> batchNormalization(Operator.BatchNormalization norm) {
    BatchNormalization layer =
        new BatchNormalization.Builder()
            .nIn(norm.channels())
            .nOut(norm.channels())
            .eps(norm.epsilon())
            .useLogStd(false)
            .build();
    return new Part<>(
        layer,
        table -> {
          fillVector(table, BatchNormalizationParamInitializer.GAMMA, norm.scale());
          fillVector(table, BatchNormalizationParamInitializer.BETA, norm.shift());
          fillVector(table, BatchNormalizationParamInitializer.GLOBAL_MEAN, norm.mean());
          fillVector(table, BatchNormalizationParamInitializer.GLOBAL_VAR, norm.variance());
        });
  }

  /** A factor and a summand, of shape {@code [1, C, 1, 1]} or {@code [1, C, H, W]} each. */
  static Part<ConstantAffine> affine(Optional<Tensor> scale, Optional<Tensor> bias) {
    ConstantAffine.Builder builder = new ConstantAffine.Builder();
    scale.ifPresent(values -> builder.scale(values.shape().toArray()));
    bias.ifPresent(values -> builder.bias(values.shape().toArray()));
    return new Part<>(
        builder.build(),
        table -> {
          scale.ifPresent(values -> table.get(ConstantAffine.SCALE).assign(array(values)));
          bias.ifPresent(values -> table.get(ConstantAffine.BIAS).assign(array(values)));
        });
  }
}
