package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.converter.io.dl4j.Networks.assertSameAnswer;
import static org.repfold.converter.io.dl4j.Networks.input;
import static org.repfold.converter.io.dl4j.Networks.random;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.Graph;

class PoolingLayersTest {
  private static Graph assertSame(Layer layer, InputType type, INDArray input) {
    ComputationGraph network =
        random(g -> g.addLayer("layer", layer, "input").setOutputs("layer").setInputTypes(type));
    Graph graph = new Dl4jReader().read(network, type).graph();
    assertSameAnswer(network, graph, input);
    return graph;
  }

  private static void assertKnown(Layer layer, InputType type, INDArray input) {
    Graph graph = assertSame(layer, type, input);
    assertEquals(0, graph.operatorCounts().getOrDefault("Opaque", 0));
  }

  private static InputType maps(CNN2DFormat format) {
    return InputType.convolutional(9, 7, 6, format);
  }

  private static INDArray mapsInput(CNN2DFormat format) {
    return format == CNN2DFormat.NCHW ? input(2, 6, 9, 7) : input(2, 9, 7, 6);
  }

  private static InputType series(RNNFormat format) {
    return InputType.recurrent(6, 11, format);
  }

  private static INDArray seriesInput(RNNFormat format) {
    return format == RNNFormat.NCW ? input(2, 6, 11) : input(2, 11, 6);
  }

  @ParameterizedTest
  @CsvSource({
    "MAX,Truncate,NCHW,3,2,1", "MAX,Same,NCHW,3,2,0", "MAX,Same,NHWC,2,2,0",
    "AVG,Truncate,NCHW,3,2,1", "AVG,Same,NCHW,3,2,0", "AVG,Same,NHWC,2,1,0",
    "AVG,Truncate,NHWC,2,3,1", "MAX,Truncate,NHWC,3,1,1"
  })
  void poolingIsReadWithItsPadding(
      PoolingType type,
      ConvolutionMode mode,
      CNN2DFormat format,
      int kernel,
      int stride,
      int padding) {
    for (boolean counted : new boolean[] {false, true}) {
      SubsamplingLayer layer =
          new SubsamplingLayer.Builder(type)
              .kernelSize(kernel, kernel)
              .stride(stride, stride)
              .padding(padding, padding)
              .convolutionMode(mode)
              .dataFormat(format)
              .avgPoolIncludePadInDivisor(counted)
              .build();
      assertKnown(layer, maps(format), mapsInput(format));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = PoolingType.class,
      names = {"MAX", "AVG"})
  void poolingIsReadWithItsDilation(PoolingType type) {
    assertKnown(
        new SubsamplingLayer.Builder(type).kernelSize(2, 3).stride(1, 2).dilation(2, 2).build(),
        maps(CNN2DFormat.NCHW),
        mapsInput(CNN2DFormat.NCHW));
  }

  @Test
  void poolingByANormIsLeftToDl4j() {
    SubsamplingLayer layer =
        new SubsamplingLayer.Builder(PoolingType.PNORM)
            .pnorm(2)
            .kernelSize(2, 2)
            .stride(2, 2)
            .build();
    Graph graph = assertSame(layer, maps(CNN2DFormat.NCHW), mapsInput(CNN2DFormat.NCHW));
    assertEquals(1, graph.operatorCounts().get("Opaque"));
  }

  @ParameterizedTest
  @CsvSource({"MAX,Truncate,2,2", "AVG,Truncate,3,2", "MAX,Same,3,2", "AVG,Same,2,1"})
  void poolingOverTimeIsRead(PoolingType type, ConvolutionMode mode, int kernel, int stride) {
    assertKnown(
        new Subsampling1DLayer.Builder(type, kernel, stride, 0).convolutionMode(mode).build(),
        series(RNNFormat.NCW),
        seriesInput(RNNFormat.NCW));
  }

  @ParameterizedTest
  @CsvSource({"AVG,NCHW", "MAX,NCHW", "SUM,NCHW", "AVG,NHWC", "MAX,NHWC", "SUM,NHWC"})
  void poolingOfWholeMapsIsRead(PoolingType type, CNN2DFormat format) {
    assertKnown(new GlobalPoolingLayer(type), maps(format), mapsInput(format));
  }

  @ParameterizedTest
  @EnumSource(
      value = PoolingType.class,
      names = {"MAX", "AVG", "SUM"})
  void poolingOfWholeMapsKeepsTheirAxes(PoolingType type) {
    assertKnown(
        new GlobalPoolingLayer.Builder(type).collapseDimensions(false).build(),
        maps(CNN2DFormat.NCHW),
        mapsInput(CNN2DFormat.NCHW));
  }

  /** Whatever the format of the time series, DL4J pools the last axis. */
  @ParameterizedTest
  @CsvSource({"AVG,NCW", "MAX,NCW", "SUM,NCW", "AVG,NWC"})
  void poolingOfWholeSeriesIsRead(PoolingType type, RNNFormat format) {
    assertKnown(new GlobalPoolingLayer(type), series(format), seriesInput(format));
  }

  @Test
  void poolingOfStatedStepsIsRead() {
    assertKnown(
        new GlobalPoolingLayer.Builder(PoolingType.AVG).poolingDimensions(1).build(),
        series(RNNFormat.NWC),
        seriesInput(RNNFormat.NWC));
  }

  @Test
  void globalPoolingByANormIsLeftToDl4j() {
    Graph graph =
        assertSame(
            new GlobalPoolingLayer(PoolingType.PNORM),
            maps(CNN2DFormat.NCHW),
            mapsInput(CNN2DFormat.NCHW));
    assertEquals(1, graph.operatorCounts().get("Opaque"));
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void layersThatMoveElementsOfMapsAreRead(CNN2DFormat format) {
    assertKnown(
        new Upsampling2D.Builder(2).size(new int[] {2, 3}).dataFormat(format).build(),
        maps(format),
        mapsInput(format));
    assertKnown(
        new ZeroPaddingLayer.Builder(1, 2, 3, 0).dataFormat(format).build(),
        maps(format),
        mapsInput(format));
    assertKnown(
        new Cropping2D.Builder(2, 1, 0, 3).dataFormat(format).build(),
        maps(format),
        mapsInput(format));
  }

  @Test
  void layersThatMoveTimeStepsAreRead() {
    INDArray x = seriesInput(RNNFormat.NCW);
    assertKnown(new ZeroPadding1DLayer.Builder(2, 1).build(), series(RNNFormat.NCW), x);
    assertKnown(new Cropping1D.Builder(2, 1).build(), series(RNNFormat.NCW), x);
  }
}
