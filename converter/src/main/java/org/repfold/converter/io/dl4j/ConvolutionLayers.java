package org.repfold.converter.io.dl4j;

import java.util.Optional;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.params.SeparableConvolutionParamInitializer;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/** The operators that DL4J's convolutions stand for, without their activation functions. */
final class ConvolutionLayers {
  private ConvolutionLayers() {}

  /** Adds the convolution; empty where no operator is the same. */
  static Optional<Value> describe(VertexBuilder vertex, ConvolutionLayer layer) {
    Class<?> type = layer.getClass();
    if (type == ConvolutionLayer.class || type == Convolution2D.class) {
      Tensor weight = vertex.parameter(DefaultParamInitializer.WEIGHT_KEY);
      return Optional.of(conv(vertex, layer, weight, 1));
    } else if (layer instanceof DepthwiseConvolution2D) {
      Tensor weight = vertex.parameter(DefaultParamInitializer.WEIGHT_KEY);
      int channels = Math.toIntExact(weight.shape().dimension(2));
      return Optional.of(conv(vertex, layer, Layouts.depthwiseFromDl4j(weight), channels));
    } else if (layer instanceof SeparableConvolution2D) {
      return Optional.of(separable(vertex, layer));
    } else if (layer instanceof Deconvolution2D) {
      return transposed(vertex, layer);
    } else if (type == Convolution1DLayer.class || type == Convolution1D.class) {
      return Optional.of(overTime(vertex, (Convolution1DLayer) layer));
    }
    return Optional.empty();
  }

  private static Value conv(
      VertexBuilder vertex, ConvolutionLayer layer, Tensor weight, int group) {
    Layout layout = Layout.of(layer.getCnn2dDataFormat());
    String input = vertex.map(vertex.operand(), layout);
    Window window = windows(layer).over(vertex.shape(input));
    Operator conv = new Operator.Conv(weight, bias(vertex), window, group);
    return vertex.operand().named(vertex.add("conv", conv, input), layout);
  }

  /** A depthwise convolution, then a pointwise one, which has the bias. */
  private static Value separable(VertexBuilder vertex, ConvolutionLayer layer) {
    Layout layout = Layout.of(layer.getCnn2dDataFormat());
    String input = vertex.map(vertex.operand(), layout);
    Tensor depthwise = vertex.parameter(SeparableConvolutionParamInitializer.DEPTH_WISE_WEIGHT_KEY);
    Tensor pointwise = vertex.parameter(SeparableConvolutionParamInitializer.POINT_WISE_WEIGHT_KEY);
    Operator first =
        new Operator.Conv(
            Layouts.separableFromDl4j(depthwise),
            Optional.empty(),
            windows(layer).over(vertex.shape(input)),
            Math.toIntExact(depthwise.shape().dimension(1)));
    Operator second = new Operator.Conv(pointwise, bias(vertex), Window.unit(), 1);
    String between = vertex.add("depthwise", first, input);
    return vertex.operand().named(vertex.add("pointwise", second, between), layout);
  }

  /**
   * DL4J's mode Same gives maps of the stride's multiple. A kernel smaller than its stride leaves
   * gaps that would have to be widened, which no transposed convolution does.
   */
  private static Optional<Value> transposed(VertexBuilder vertex, ConvolutionLayer layer) {
    Windows windows = windows(layer);
    int[] before = layer.getPadding();
    int[] after = layer.getPadding();
    if (layer.getConvolutionMode() == ConvolutionMode.Same) {
      before = new int[2];
      after = new int[2];
      for (int axis = 0; axis < 2; axis++) {
        int cut = windows.extent(axis) - windows.stride()[axis];
        if (cut < 0) {
          return Optional.empty();
        }
        before[axis] = cut / 2;
        after[axis] = cut - before[axis];
      }
    }
    Layout layout = Layout.of(layer.getCnn2dDataFormat());
    String input = vertex.map(vertex.operand(), layout);
    Operator conv =
        new Operator.ConvTranspose(
            vertex.parameter(DefaultParamInitializer.WEIGHT_KEY),
            bias(vertex),
            windows.window(before, after),
            1);
    return Optional.of(vertex.operand().named(vertex.add("conv", conv, input), layout));
  }

  /** A convolution of maps of height 1. */
  private static Value overTime(VertexBuilder vertex, Convolution1DLayer layer) {
    Layout layout = Layout.of(layer.getRnnDataFormat());
    String input = vertex.map(vertex.operand(), layout);
    Windows windows =
        Windows.overTime(
            layer.getConvolutionMode(),
            layer.getKernelSize(),
            layer.getStride(),
            layer.getDilation(),
            layer.getPadding());
    Operator conv =
        new Operator.Conv(
            Layouts.overTimeFromDl4j(vertex.parameter(DefaultParamInitializer.WEIGHT_KEY)),
            bias(vertex),
            windows.over(vertex.shape(input)),
            1);
    return vertex.operand().named(vertex.add("conv", conv, input), layout);
  }

  private static Windows windows(ConvolutionLayer layer) {
    return new Windows(
        layer.getConvolutionMode(),
        layer.getKernelSize(),
        layer.getStride(),
        layer.getDilation(),
        layer.getPadding());
  }

  /** The layer's bias as a vector. */
  static Optional<Tensor> bias(VertexBuilder vertex) {
    return vertex.hasParameter(DefaultParamInitializer.BIAS_KEY)
        ? Optional.of(vector(vertex.parameter(DefaultParamInitializer.BIAS_KEY)))
        : Optional.empty();
  }

  static Tensor vector(Tensor tensor) {
    return tensor.reshape(Shape.of(tensor.size()));
  }
}
