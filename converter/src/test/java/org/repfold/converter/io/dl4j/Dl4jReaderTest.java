package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.converter.io.dl4j.Networks.assertSameAnswer;
import static org.repfold.converter.io.dl4j.Networks.input;
import static org.repfold.converter.io.dl4j.Networks.random;

import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.repfold.converter.io.dl4j.layers.ChannelScale;
import org.repfold.converter.io.dl4j.layers.ConstantAffine;
import org.repfold.converter.io.dl4j.layers.GeluErf;
import org.repfold.converter.io.dl4j.layers.GroupedFullyConnected;
import org.repfold.converter.io.dl4j.layers.Rearrange;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

class Dl4jReaderTest {
  private static final InputType MAPS = InputType.convolutional(9, 7, 6);

  private static Graph read(ComputationGraph network) {
    return new Dl4jReader().read(network, MAPS).graph();
  }

  private static ConvolutionLayer.Builder conv(int kernel) {
    return new ConvolutionLayer.Builder(kernel, kernel).nIn(6).nOut(5);
  }

  @ParameterizedTest
  @EnumSource(
      value = ConvolutionMode.class,
      names = {"Same", "Truncate", "Strict"})
  void convolutionIsReadInEveryPaddingMode(ConvolutionMode mode) {
    ComputationGraph network =
        random(
            g ->
                g.addLayer("conv", conv(3).convolutionMode(mode).stride(2, 2).build(), "input")
                    .setOutputs("conv"));
    assertSameAnswer(network, read(network), input(2, 6, 9, 7));
  }

  @ParameterizedTest
  @CsvSource({"1,2,1", "2,1,1", "3,3,1", "4,3,1", "3,1,2", "4,1,1", "2,2,2"})
  void samePaddingHoldsForEveryKernelStrideAndDilation(int kernel, int stride, int dilation) {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "conv",
                        conv(kernel)
                            .convolutionMode(ConvolutionMode.Same)
                            .stride(stride, stride)
                            .dilation(dilation, dilation)
                            .build(),
                        "input")
                    .setOutputs("conv"));
    assertSameAnswer(network, read(network), input(2, 6, 9, 7));
  }

  @Test
  void convolutionKeepsUnequalPaddingStrideAndDilation() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "conv",
                        new ConvolutionLayer.Builder(3, 2)
                            .nIn(6)
                            .nOut(4)
                            .hasBias(false)
                            .padding(2, 1)
                            .stride(1, 2)
                            .dilation(2, 1)
                            .build(),
                        "input")
                    .setOutputs("conv"));
    assertSameAnswer(network, read(network), input(2, 6, 9, 7));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void depthwiseConvolutionNumbersOutputsChannelFirst(int multiplier) {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "conv",
                        new DepthwiseConvolution2D.Builder(3, 3)
                            .nIn(6)
                            .nOut(6 * multiplier)
                            .depthMultiplier(multiplier)
                            .padding(1, 1)
                            .build(),
                        "input")
                    .setOutputs("conv"));
    assertSameAnswer(network, read(network), input(2, 6, 9, 7));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void batchNormIsReadWithVarianceAndWithLogDeviation(boolean useLogStd) {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "bn",
                        new BatchNormalization.Builder()
                            .nIn(6)
                            .nOut(6)
                            .eps(1e-3)
                            .useLogStd(useLogStd)
                            .activation(Activation.SOFTMAX)
                            .build(),
                        "input")
                    .setOutputs("bn"));
    assertSameAnswer(network, read(network), input(2, 6, 9, 7));
  }

  @Test
  void batchNormWithLockedScaleNormalisesOnly() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "bn",
                        new BatchNormalization.Builder(true)
                            .nIn(6)
                            .nOut(6)
                            .useLogStd(false)
                            .build(),
                        "input")
                    .setOutputs("bn"));
    assertSameAnswer(network, read(network), input(2, 6, 9, 7));
  }

  /** DL4J ignores a locked scale or shift where the other is the neutral one. */
  @ParameterizedTest
  @CsvSource({"2,0", "1,3", "2,3"})
  void lockedScaleAndShiftCountTogetherAlone(double gamma, double beta) {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "bn",
                        new BatchNormalization.Builder(gamma, beta, true).nIn(6).nOut(6).build(),
                        "input")
                    .setOutputs("bn"));
    assertSameAnswer(network, read(network), input(2, 6, 9, 7));
  }

  @Test
  void denseNetworkWithBatchNormAndSoftmaxIsRead() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer("fc1", new DenseLayer.Builder().nIn(10).nOut(8).build(), "input")
                    .addLayer("bn", new BatchNormalization.Builder().nIn(8).nOut(8).build(), "fc1")
                    .addLayer("relu", new ActivationLayer(Activation.RELU), "bn")
                    .addLayer("drop", new DropoutLayer(0.5), "relu")
                    .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                            .activation(Activation.SOFTMAX)
                            .nIn(8)
                            .nOut(3)
                            .build(),
                        "drop")
                    .setOutputs("out"));
    Dl4jGraph read = new Dl4jReader().read(network);
    assertSameAnswer(network, read.graph(), input(4, 10));
    assertEquals(List.of("out"), read.graph().outputs());
    assertEquals(List.of("out/gemm", "out"), read.vertexNodes().get("out"));
    assertEquals(List.of(), read.vertexNodes().get("drop"));
    assertEquals("relu", read.values().get("drop"));
  }

  @ParameterizedTest
  @EnumSource(
      value = Activation.class,
      names = {"RELU", "SIGMOID", "IDENTITY"})
  void activationOfALayerBecomesANodeOfItsOwn(Activation activation) {
    ComputationGraph network =
        random(
            g ->
                g.addLayer("conv", conv(3).activation(activation).build(), "input")
                    .setOutputs("conv"));
    Graph graph = read(network);
    assertSameAnswer(network, graph, input(2, 6, 9, 7));
    assertEquals(activation == Activation.IDENTITY ? 1 : 2, graph.nodes().size());
  }

  @Test
  void preprocessorsThatDl4jInsertsBecomeShapeOperators() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "input")
                    .addLayer("fc", new DenseLayer.Builder().nOut(12).build(), "conv")
                    .addLayer(
                        "loss",
                        new LossLayer.Builder(LossFunction.MSE)
                            .activation(Activation.SIGMOID)
                            .build(),
                        "fc")
                    .setOutputs("loss")
                    .setInputTypes(InputType.convolutionalFlat(6, 5, 2)));
    Graph maps = new Dl4jReader().read(network).graph();
    assertEquals(Shape.of(Shape.UNKNOWN, 2, 6, 5), maps.inputs().get(0).shape());
    assertSameAnswer(network, maps, input(3, 2, 6, 5));
    Graph flat = new Dl4jReader().read(network, InputType.convolutionalFlat(6, 5, 2)).graph();
    assertEquals(Shape.of(Shape.UNKNOWN, 60), flat.inputs().get(0).shape());
    assertSameAnswer(network, flat, input(3, 60));
  }

  @Test
  void elementWiseVertexOfThreeInputsBecomesAChain() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer("a", conv(1).nOut(6).build(), "input")
                    .addLayer("b", conv(3).nOut(6).padding(1, 1).build(), "input")
                    .addVertex(
                        "sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b", "input")
                    .addVertex(
                        "product", new ElementWiseVertex(ElementWiseVertex.Op.Product), "sum", "a")
                    .setOutputs("product"));
    Dl4jGraph read = new Dl4jReader().read(network, MAPS);
    assertSameAnswer(network, read.graph(), input(2, 6, 9, 7));
    assertEquals(List.of("sum/add", "sum"), read.vertexNodes().get("sum"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void globalPoolingKeepsOrDropsTheMapAxes(boolean collapse) {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "pool",
                        new GlobalPoolingLayer.Builder(PoolingType.AVG)
                            .collapseDimensions(collapse)
                            .build(),
                        "input")
                    .setOutputs("pool"));
    assertSameAnswer(network, read(network), input(2, 6, 9, 7));
  }

  @Test
  void sharedLayersDescribeThemselves() {
    ComputationGraph network =
        random(
            g ->
                g.addVertex(
                        "split",
                        Rearrange.of(
                            Rearrange.reshape(-1, 2, 3, 9, 7),
                            Rearrange.transpose(0, 2, 1, 3, 4),
                            Rearrange.reshape(-1, 2, 9, 7)),
                        "input")
                    .addLayer(
                        "fc3",
                        new GroupedFullyConnected.Builder()
                            .groups(2)
                            .nIn(126)
                            .nOut(126)
                            .activation(new GeluErf())
                            .build(),
                        "split")
                    .addVertex("merge", Rearrange.of(Rearrange.reshape(-1, 6, 9, 7)), "fc3")
                    .addLayer(
                        "affine",
                        new ConstantAffine.Builder().scale(1, 6, 1, 1).bias(1, 6, 9, 7).build(),
                        "merge")
                    .addLayer(
                        "pool",
                        new GlobalPoolingLayer.Builder(PoolingType.AVG)
                            .collapseDimensions(false)
                            .build(),
                        "input")
                    .addVertex("gated", new ChannelScale(), "affine", "pool")
                    .setOutputs("gated"));
    Dl4jGraph read = new Dl4jReader().read(network, MAPS);
    assertSameAnswer(network, read.graph(), input(2, 6, 9, 7));
    assertEquals(
        List.of("fc3/flat", "fc3/conv", "fc3/reshape", "fc3"), read.vertexNodes().get("fc3"));
  }

  @Test
  void reshapeVertexIsRead() {
    ComputationGraph network =
        random(
            g ->
                g.addVertex("reshape", new ReshapeVertex(-1, 3, 18, 7), "input")
                    .setOutputs("reshape"));
    assertSameAnswer(network, read(network), input(2, 6, 9, 7));
  }

  @Test
  void parametersKeepTheSourcesFloat32() {
    ComputationGraph network =
        random(
            DataType.FLOAT, g -> g.addLayer("conv", conv(3).build(), "input").setOutputs("conv"));
    Operator conv = read(network).find("conv").orElseThrow().operator();
    assertEquals(ElementType.FLOAT32, conv.parameters().get("weight").type());
    assertTrue(conv.parameters().get("weight").shape().equals(Shape.of(5, 6, 3, 3)));
  }

  @Test
  void mapSizeIsFoundWhereOnlyOneFits() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "input")
                    .addLayer("fc", new DenseLayer.Builder().nOut(12).build(), "conv")
                    .setOutputs("fc")
                    .setInputTypes(InputType.convolutional(6, 6, 2)));
    Graph graph = new Dl4jReader().read(network).graph();
    assertEquals(Shape.of(Shape.UNKNOWN, 2, 6, 6), graph.inputs().get(0).shape());
  }

  @Test
  void mapSizeMustBeStatedWhereSeveralFit() {
    ComputationGraph network =
        random(g -> g.addLayer("conv", conv(3).build(), "input").setOutputs("conv"));
    String message =
        assertThrows(BadInputException.class, () -> new Dl4jReader().read(network)).getMessage();
    assertEquals(
        "input 'input': expected its shape to be stated, as both [?x6x3x3] and [?x6x4x4] fit",
        message);
  }

  @Test
  void weightThatIsNotANumberIsNamed() {
    ComputationGraph network =
        random(g -> g.addLayer("conv", conv(3).build(), "input").setOutputs("conv"));
    network
        .getVertex("conv")
        .paramTable(false)
        .get("W")
        .putScalar(new int[] {1, 2, 0, 1}, Double.NaN);
    assertEquals(
        "vertex 'conv': W[73]: expected a finite number, found NaN",
        assertThrows(BadInputException.class, () -> read(network)).getMessage());
  }

  @Test
  void negativeVarianceIsNamed() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "bn",
                        new BatchNormalization.Builder().nIn(6).nOut(6).useLogStd(false).build(),
                        "input")
                    .setOutputs("bn"));
    network.getVertex("bn").paramTable(false).get("var").putScalar(4, -1.0);
    String message = assertThrows(BadInputException.class, () -> read(network)).getMessage();
    assertTrue(message.startsWith("node 'bn': variance[4]: "), message);
  }
}
