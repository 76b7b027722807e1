package org.repfold.converter.io.dl4j;

import java.util.Arrays;
import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.params.DepthwiseConvolutionParamInitializer;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * The operators that DL4J's own layers stand for. Dropout and weight noise act in training alone.
 */
final class LayerOperators {
  private static final int[] MAP_AXES = {2, 3};

  private LayerOperators() {}

  /**
   * Adds the layer's operators, its activation function as a node of its own.
   *
   * @return the name of the value that the layer computes
   * @throws UnsupportedVertexException naming vertex and class, if the layer is not supported
   */
  static String describe(VertexBuilder vertex, Layer layer) {
    if (layer instanceof SelfDescribing own) {
      return own.describe(vertex);
    } else if (layer instanceof DepthwiseConvolution2D conv) {
      return activated(vertex, conv, depthwise(vertex, conv));
    } else if (layer instanceof ConvolutionLayer conv && isPlain(conv)) {
      return activated(vertex, conv, convolution(vertex, conv));
    } else if (layer instanceof DenseLayer dense && !dense.hasLayerNorm()) {
      return activated(vertex, dense, dense(vertex));
    } else if (layer instanceof OutputLayer output && output.getClass() == OutputLayer.class) {
      return activated(vertex, output, dense(vertex));
    } else if (layer instanceof BatchNormalization norm) {
      return batchNormalization(vertex, norm);
    } else if (layer instanceof GlobalPoolingLayer pooling) {
      return globalPooling(vertex, pooling);
    } else if (layer instanceof ActivationLayer activation) {
      return vertex.activate(activation.getActivationFn(), vertex.input());
    } else if (layer instanceof LossLayer loss) {
      return activated(vertex, loss, vertex.input());
    } else if (layer instanceof DropoutLayer) {
      return vertex.input();
    }
    throw VertexOperators.unsupported(vertex, layer);
  }

  /** Transposed, one- and three-dimensional and separable convolutions extend the same class. */
  private static boolean isPlain(ConvolutionLayer layer) {
    return layer.getClass() == ConvolutionLayer.class || layer.getClass() == Convolution2D.class;
  }

  private static String activated(VertexBuilder vertex, BaseLayer layer, String value) {
    return vertex.activate(layer.getActivationFn(), value);
  }

  private static String convolution(VertexBuilder vertex, ConvolutionLayer layer) {
    Operator.Conv conv =
        new Operator.Conv(
            vertex.parameter(DefaultParamInitializer.WEIGHT_KEY),
            bias(vertex),
            window(vertex, layer),
            1);
    return vertex.add("conv", conv, vertex.input());
  }

  private static String depthwise(VertexBuilder vertex, DepthwiseConvolution2D layer) {
    Tensor weight = vertex.parameter(DepthwiseConvolutionParamInitializer.WEIGHT_KEY);
    Operator.Conv conv =
        new Operator.Conv(
            Layouts.depthwiseFromDl4j(weight),
            bias(vertex),
            window(vertex, layer),
            Math.toIntExact(weight.shape().dimension(2)));
    return vertex.add("conv", conv, vertex.input());
  }

  private static Optional<Tensor> bias(VertexBuilder vertex) {
    return vertex.hasParameter(DefaultParamInitializer.BIAS_KEY)
        ? Optional.of(vector(vertex.parameter(DefaultParamInitializer.BIAS_KEY)))
        : Optional.empty();
  }

  private static Tensor vector(Tensor tensor) {
    return tensor.reshape(Shape.of(tensor.size()));
  }

  private static Window window(VertexBuilder vertex, ConvolutionLayer layer) {
    if (layer.getCnn2dDataFormat() != CNN2DFormat.NCHW) {
      throw VertexOperators.unsupported(vertex, "data format " + layer.getCnn2dDataFormat());
    }
    int[] stride = layer.getStride();
    int[] dilation = layer.getDilation();
    int[] padding = layer.getPadding();
    return switch (layer.getConvolutionMode()) {
      case Same ->
          samePadding(vertex.shape(vertex.input()), layer.getKernelSize(), stride, dilation);
      case Strict, Truncate ->
          new Window(
              stride[0],
              stride[1],
              dilation[0],
              dilation[1],
              padding[0],
              padding[1],
              padding[0],
              padding[1]);
      case Causal -> throw VertexOperators.unsupported(vertex, "convolution mode Causal");
    };
  }

  /**
   * The window of DL4J's mode Same: as many positions as the map has, divided by the stride and
   * rounded up; an odd padding is larger at the end.
   */
  static Window samePadding(Shape input, int[] kernel, int[] stride, int[] dilation) {
    if (input.rank() != 4) {
      throw new BadInputException("expected maps of shape [N, C, H, W], found " + input);
    }
    int[] before = new int[2];
    int[] after = new int[2];
    for (int axis = 0; axis < 2; axis++) {
      int extent = dilation[axis] * (kernel[axis] - 1) + 1;
      int size = Math.toIntExact(input.dimension(2 + axis));
      int positions = (size + stride[axis] - 1) / stride[axis];
      int total = Math.max(0, (positions - 1) * stride[axis] + extent - size);
      before[axis] = total / 2;
      after[axis] = total - before[axis];
    }
    return new Window(
        stride[0], stride[1], dilation[0], dilation[1], before[0], before[1], after[0], after[1]);
  }

  private static String dense(VertexBuilder vertex) {
    Tensor weight = Layouts.transposed(vertex.parameter(DefaultParamInitializer.WEIGHT_KEY));
    return vertex.add("gemm", new Operator.Gemm(weight, bias(vertex)), vertex.input());
  }

  /** DL4J applies no activation function here, even where the configuration names one. */
  private static String batchNormalization(VertexBuilder vertex, BatchNormalization layer) {
    if (layer.getCnn2DFormat() != CNN2DFormat.NCHW) {
      throw VertexOperators.unsupported(vertex, "data format " + layer.getCnn2DFormat());
    }
    Tensor mean = vector(vertex.parameter(BatchNormalizationParamInitializer.GLOBAL_MEAN));
    Tensor variance =
        layer.isUseLogStd()
            ? varianceFromLog(vertex.parameter(BatchNormalizationParamInitializer.GLOBAL_LOG_STD))
            : vector(vertex.parameter(BatchNormalizationParamInitializer.GLOBAL_VAR));
    Tensor scale;
    Tensor shift;
    if (layer.isLockGammaBeta()) {
      // DL4J's two implementations disagree where just one of the locked values is the neutral one.
      if (layer.getGamma() != 1 || layer.getBeta() != 0) {
        throw VertexOperators.unsupported(
            vertex, "a locked gamma " + layer.getGamma() + " with beta " + layer.getBeta());
      }
      scale = filled(mean, 1);
      shift = filled(mean, 0);
    } else {
      scale = vector(vertex.parameter(BatchNormalizationParamInitializer.GAMMA));
      shift = vector(vertex.parameter(BatchNormalizationParamInitializer.BETA));
    }
    return vertex.add(
        "norm",
        new Operator.BatchNormalization(scale, shift, mean, variance, layer.getEps()),
        vertex.input());
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

  private static String globalPooling(VertexBuilder vertex, GlobalPoolingLayer layer) {
    if (layer.getPoolingType() != PoolingType.AVG
        || vertex.shape(vertex.input()).rank() != 4
        || layer.getPoolingDimensions() != null
            && !Arrays.equals(layer.getPoolingDimensions(), MAP_AXES)) {
      throw VertexOperators.unsupported(
          vertex,
          "GlobalPoolingLayer %s over axes %s of %s"
              .formatted(
                  layer.getPoolingType(),
                  Arrays.toString(layer.getPoolingDimensions()),
                  vertex.shape(vertex.input())));
    }
    String pooled = vertex.add("pool", new Pooling.GlobalAveragePool(), vertex.input());
    return layer.isCollapseDimensions()
        ? vertex.add("flatten", new Movement.Flatten(), pooled)
        : pooled;
  }
}
