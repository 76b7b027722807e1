package org.repfold.converter.io.dl4j;

import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * The operators that DL4J's own layers stand for. Dropout, noise on weights and loss functions act
 * in training alone.
 */
final class LayerOperators {
  private LayerOperators() {}

  /**
   * Adds the layer's operators, its activation function as nodes of its own.
   *
   * @return the value that the layer computes; empty where no operators compute the same, which
   *     some may have been added for nonetheless
   */
  static Optional<Value> describe(VertexBuilder vertex, Layer layer) {
    if (layer instanceof SelfDescribing own) {
      return Optional.of(vertex.operand().named(own.describe(vertex), Layout.AS_IS));
    } else if (!layer.getClass().getPackageName().startsWith("org.deeplearning4j.")) {
      return Optional.empty();
    } else if (layer != unwrapped(layer)) {
      return describe(vertex, unwrapped(layer));
    } else if (layer instanceof ConvolutionLayer conv) {
      return ConvolutionLayers.describe(vertex, conv)
          .map(value -> Activations.describe(vertex, conv.getActivationFn(), value));
    } else if (layer instanceof DenseLayer dense) {
      return dense.hasLayerNorm() ? Optional.empty() : Optional.of(dense(vertex, dense));
    } else if (layer instanceof OutputLayer || layer instanceof CenterLossOutputLayer) {
      return Optional.of(dense(vertex, (BaseLayer) layer));
    } else if (layer instanceof RnnOutputLayer output) {
      return Optional.of(rnnOutput(vertex, output));
    } else if (layer instanceof BatchNormalization norm) {
      return batchNormalization(vertex, norm);
    }
    return withoutParameters(vertex, layer);
  }

  /** The layer itself, where another keeps it from being trained. */
  static Layer unwrapped(Layer layer) {
    if (layer instanceof FrozenLayer frozen) {
      return unwrapped(frozen.getLayer());
    } else if (layer instanceof FrozenLayerWithBackprop frozen) {
      return unwrapped(frozen.getUnderlying());
    }
    return layer;
  }

  private static Optional<Value> withoutParameters(VertexBuilder vertex, Layer layer) {
    if (layer instanceof SubsamplingLayer pooling) {
      return PoolingLayers.describe(vertex, pooling);
    } else if (layer instanceof GlobalPoolingLayer pooling) {
      return PoolingLayers.describe(vertex, pooling);
    } else if (layer instanceof Upsampling2D upsampling) {
      return Optional.of(MapLayers.upsampling(vertex, upsampling));
    } else if (layer instanceof ZeroPaddingLayer padding) {
      return Optional.of(MapLayers.zeroPadding(vertex, padding));
    } else if (layer instanceof ZeroPadding1DLayer padding) {
      return Optional.of(MapLayers.zeroPadding(vertex, padding));
    } else if (layer instanceof Cropping2D cropping) {
      return Optional.of(MapLayers.cropping(vertex, cropping));
    } else if (layer instanceof Cropping1D cropping) {
      return Optional.of(MapLayers.cropping(vertex, cropping));
    } else if (layer instanceof DropoutLayer) {
      return Optional.of(vertex.operand());
    } else if (layer instanceof ActivationLayer activation) {
      return Optional.of(
          Activations.describe(vertex, activation.getActivationFn(), vertex.operand()));
    } else if (layer instanceof LossLayer loss) {
      return Optional.of(Activations.describe(vertex, loss.getActivationFn(), vertex.operand()));
    } else if (layer instanceof CnnLossLayer loss) {
      return Optional.of(channelwise(vertex, loss, Layout.of(loss.getFormat())));
    } else if (layer instanceof RnnLossLayer loss) {
      return Optional.of(channelwise(vertex, loss, Layout.of(loss.getRnnDataFormat())));
    }
    return Optional.empty();
  }

  private static Value dense(VertexBuilder vertex, BaseLayer layer) {
    Tensor weight = Layouts.transposed(vertex.parameter(DefaultParamInitializer.WEIGHT_KEY));
    Operator gemm = new Operator.Gemm(weight, ConvolutionLayers.bias(vertex));
    Value result = vertex.operand().named(vertex.add("gemm", gemm, vertex.input()), Layout.AS_IS);
    return Activations.describe(vertex, layer.getActivationFn(), result);
  }

  /** A dense layer for each time step, its softmax along the channels. */
  private static Value rnnOutput(VertexBuilder vertex, RnnOutputLayer layer) {
    Layout layout = Layout.of(layer.getRnnDataFormat());
    Tensor weight = Layouts.transposed(vertex.parameter(DefaultParamInitializer.WEIGHT_KEY));
    Shape shape = weight.shape();
    Operator conv =
        new Operator.Conv(
            weight.reshape(Shape.of(shape.dimension(0), shape.dimension(1), 1, 1)),
            ConvolutionLayers.bias(vertex),
            Window.unit(),
            1);
    String input = vertex.map(vertex.operand(), layout);
    Value result = vertex.operand().named(vertex.add("conv", conv, input), layout);
    return Activations.describe(vertex, layer.getActivationFn(), result, 1);
  }

  /** An activation function whose softmax goes along the channels. */
  private static Value channelwise(VertexBuilder vertex, BaseLayer layer, Layout layout) {
    Value map = vertex.operand().named(vertex.map(vertex.operand(), layout), layout);
    return Activations.describe(vertex, layer.getActivationFn(), map, 1);
  }

  /**
   * DL4J applies no activation function here, even where the configuration names one. It takes a
   * time series for one map whose channels are the examples, unless the layer's format is NHWC.
   */
  private static Optional<Value> batchNormalization(
      VertexBuilder vertex, BatchNormalization layer) {
    Value operand = vertex.operand();
    int rank = operand.layout().rank(vertex.shape(operand.name()));
    boolean channelsLast = layer.getCnn2DFormat() == CNN2DFormat.NHWC;
    Layout layout;
    if (rank == 2 || rank == 4) {
      layout = rank == 4 && channelsLast ? Layout.NHWC : Layout.AS_IS;
    } else if (rank == 3 && channelsLast) {
      layout = Layout.NWC;
    } else {
      return Optional.empty();
    }
    String input = vertex.map(operand, layout);
    return Optional.of(operand.named(vertex.add("norm", norm(vertex, layer), input), layout));
  }

  private static Operator norm(VertexBuilder vertex, BatchNormalization layer) {
    Tensor mean =
        ConvolutionLayers.vector(vertex.parameter(BatchNormalizationParamInitializer.GLOBAL_MEAN));
    Tensor variance =
        layer.isUseLogStd()
            ? varianceFromLog(vertex.parameter(BatchNormalizationParamInitializer.GLOBAL_LOG_STD))
            : ConvolutionLayers.vector(
                vertex.parameter(BatchNormalizationParamInitializer.GLOBAL_VAR));
    if (!layer.isLockGammaBeta()) {
      return new Operator.BatchNormalization(
          ConvolutionLayers.vector(vertex.parameter(BatchNormalizationParamInitializer.GAMMA)),
          ConvolutionLayers.vector(vertex.parameter(BatchNormalizationParamInitializer.BETA)),
          mean,
          variance,
          layer.getEps());
    }
    // DL4J ignores locked values unless both differ from the neutral ones.
    boolean applied = layer.getGamma() != 1 && layer.getBeta() != 0;
    return new Operator.BatchNormalization(
        filled(mean, applied ? layer.getGamma() : 1),
        filled(mean, applied ? layer.getBeta() : 0),
        mean,
        variance,
        layer.getEps());
  }

  private static Tensor filled(Tensor like, double value) {
    double[] elements = new double[like.size()];
    Arrays.fill(elements, value);
    return Tensor.of(like.shape(), elements).to(like.type());
  }

  private static Tensor varianceFromLog(Tensor logDeviation) {
    double[] elements = logDeviation.toDoubles();
    for (int i = 0; i < elements.length; i++) {
      elements[i] = Math.pow(10, 2 * elements[i]);
    }
    return Tensor.vector(elements);
  }
}
