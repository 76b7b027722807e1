package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.converter.io.dl4j.Networks.assertSameAnswer;
import static org.repfold.converter.io.dl4j.Networks.input;
import static org.repfold.converter.io.dl4j.Networks.random;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.Graph;

class ConvolutionLayersTest {
  private static final InputType NCHW = InputType.convolutional(9, 7, 6);
  private static final InputType NHWC = InputType.convolutional(9, 7, 6, CNN2DFormat.NHWC);
  private static final INDArray CHANNELS_FIRST = input(2, 6, 9, 7);
  private static final INDArray CHANNELS_LAST = input(2, 9, 7, 6);

  /** Asserts that the layer is read as operators which compute the same. */
  private static Graph assertKnown(Layer layer, InputType type, INDArray input) {
    Graph graph = assertSame(layer, type, input);
    assertEquals(0, graph.operatorCounts().getOrDefault("Opaque", 0));
    return graph;
  }

  private static Graph assertSame(Layer layer, InputType type, INDArray input) {
    ComputationGraph network = random(g -> g.addLayer("layer", layer, "input").setOutputs("layer"));
    Graph graph = new Dl4jReader().read(network, type).graph();
    assertSameAnswer(network, graph, input);
    return graph;
  }

  private static InputType series(RNNFormat format) {
    return InputType.recurrent(6, 11, format);
  }

  private static INDArray seriesInput(RNNFormat format) {
    return format == RNNFormat.NCW ? input(2, 6, 11) : input(2, 11, 6);
  }

  @ParameterizedTest
  @CsvSource({"1,1,1", "2,2,1", "3,1,2"})
  void separableConvolutionIsDepthwiseThenPointwise(int multiplier, int stride, int dilation) {
    Layer layer =
        new SeparableConvolution2D.Builder(3, 2)
            .nIn(6)
            .nOut(5)
            .depthMultiplier(multiplier)
            .stride(stride, 1)
            .dilation(dilation, dilation)
            .padding(1, 1)
            .build();
    Graph graph = assertKnown(layer, NCHW, CHANNELS_FIRST);
    assertEquals(2, graph.operatorCounts().get("Conv"));
  }

  @ParameterizedTest
  @EnumSource(
      value = ConvolutionMode.class,
      names = {"Same", "Truncate"})
  void channelsLastConvolutionsAreRead(ConvolutionMode mode) {
    assertKnown(
        new ConvolutionLayer.Builder(3, 2)
            .nIn(6)
            .nOut(5)
            .stride(2, 1)
            .convolutionMode(mode)
            .dataFormat(CNN2DFormat.NHWC)
            .activation(Activation.SOFTMAX)
            .build(),
        NHWC,
        CHANNELS_LAST);
    assertKnown(
        new DepthwiseConvolution2D.Builder(3, 2)
            .nIn(6)
            .nOut(12)
            .depthMultiplier(2)
            .stride(2, 1)
            .convolutionMode(mode)
            .dataFormat(CNN2DFormat.NHWC)
            .build(),
        NHWC,
        CHANNELS_LAST);
    assertKnown(
        new SeparableConvolution2D.Builder(3, 2)
            .nIn(6)
            .nOut(5)
            .stride(2, 1)
            .convolutionMode(mode)
            .dataFormat(CNN2DFormat.NHWC)
            .build(),
        NHWC,
        CHANNELS_LAST);
    assertKnown(
        new Deconvolution2D.Builder(3, 2)
            .nIn(6)
            .nOut(5)
            .stride(2, 1)
            .convolutionMode(mode)
            .dataFormat(CNN2DFormat.NHWC)
            .build(),
        NHWC,
        CHANNELS_LAST);
  }

  @ParameterizedTest
  @CsvSource({
    "3,1,1,0", "3,2,1,1", "4,2,1,1", "2,2,1,0", "2,3,1,0", "3,1,2,1", "3,2,2,2", "1,2,1,0"
  })
  void transposedConvolutionIsRead(int kernel, int stride, int dilation, int padding) {
    assertKnown(
        new Deconvolution2D.Builder(kernel, kernel)
            .nIn(6)
            .nOut(5)
            .stride(stride, stride)
            .dilation(dilation, dilation)
            .padding(padding, padding)
            .build(),
        NCHW,
        CHANNELS_FIRST);
  }

  @ParameterizedTest
  @CsvSource({"3,1,1", "3,2,1", "4,1,1", "4,2,1", "5,2,1", "2,2,1", "3,2,2", "5,3,1"})
  void transposedConvolutionCutsToTheStridesMultiple(int kernel, int stride, int dilation) {
    assertKnown(
        new Deconvolution2D.Builder(kernel, kernel)
            .nIn(6)
            .nOut(5)
            .stride(stride, stride)
            .dilation(dilation, dilation)
            .convolutionMode(ConvolutionMode.Same)
            .build(),
        NCHW,
        CHANNELS_FIRST);
  }

  @Test
  void transposedConvolutionWithGapsIsLeftToDl4j() {
    Graph graph =
        assertSame(
            new Deconvolution2D.Builder(2, 2)
                .nIn(6)
                .nOut(5)
                .stride(3, 3)
                .convolutionMode(ConvolutionMode.Same)
                .build(),
            NCHW,
            CHANNELS_FIRST);
    assertEquals(1, graph.operatorCounts().get("Opaque"));
  }

  @ParameterizedTest
  @CsvSource({
    "Truncate,NCW,3,1,1,0", "Truncate,NWC,3,2,1,1", "Same,NCW,3,1,1,0", "Same,NWC,4,2,1,0",
    "Same,NCW,4,3,1,0", "Same,NCW,3,1,2,0", "Causal,NCW,3,1,1,0", "Causal,NCW,3,2,1,0",
    "Causal,NWC,2,1,3,0", "Truncate,NCW,2,1,3,2"
  })
  void convolutionOverTimeIsOneOverMapsOfHeightOne(
      ConvolutionMode mode, RNNFormat format, int kernel, int stride, int dilation, int padding) {
    Layer layer =
        new Convolution1DLayer.Builder(kernel, stride, padding)
            .nIn(6)
            .nOut(5)
            .dilation(dilation)
            .convolutionMode(mode)
            .rnnDataFormat(format)
            .activation(Activation.SOFTMAX)
            .build();
    assertKnown(layer, series(format), seriesInput(format));
  }

  @Test
  void convolutionOverTimeWithoutBiasIsRead() {
    assertKnown(
        new Convolution1D.Builder(3).nIn(6).nOut(5).hasBias(false).build(),
        series(RNNFormat.NCW),
        seriesInput(RNNFormat.NCW));
  }
}
