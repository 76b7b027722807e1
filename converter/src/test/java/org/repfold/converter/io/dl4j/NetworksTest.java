package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.repfold.converter.io.dl4j.Networks.assertSameAnswer;
import static org.repfold.converter.io.dl4j.Networks.input;
import static org.repfold.converter.io.dl4j.Networks.random;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.dropout.SpatialDropout;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/** Whole networks as DL4J's users build them. */
class NetworksTest {
  @TempDir Path folder;

  /** A layer that no library knows: x + sin(x). */
  static final class Wave extends SameDiffLambdaLayer {
    private static final long serialVersionUID = 1L;

    @Override
    public SDVariable defineLayer(SameDiff sameDiff, SDVariable layerInput) {
      return layerInput.add(sameDiff.math().sin(layerInput));
    }

    @Override
    public InputType getOutputType(int layerIndex, InputType inputType) {
      return inputType;
    }
  }

  private static GraphBuilder residual(GraphBuilder g, String name, String from, int channels) {
    return g.addLayer(name + "/conv1", same(3, channels), from)
        .addLayer(name + "/bn1", norm(channels), name + "/conv1")
        .addLayer(name + "/relu1", new ActivationLayer(Activation.RELU), name + "/bn1")
        .addLayer(name + "/conv2", same(3, channels), name + "/relu1")
        .addLayer(name + "/bn2", norm(channels), name + "/conv2")
        .addVertex(
            name + "/sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), name + "/bn2", from)
        .addLayer(name, new ActivationLayer(Activation.RELU), name + "/sum");
  }

  private static ConvolutionLayer same(int kernel, int channels) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nOut(channels)
        .hasBias(false)
        .convolutionMode(ConvolutionMode.Same)
        .build();
  }

  private static BatchNormalization norm(int channels) {
    return new BatchNormalization.Builder().nIn(channels).nOut(channels).build();
  }

  private static OutputLayer output(int classes) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .activation(Activation.SOFTMAX)
        .nOut(classes)
        .build();
  }

  private static ComputationGraph residualNetwork() {
    return random(
        g ->
            residual(
                    residual(g.addLayer("stem", same(3, 6), "input"), "block1", "stem", 6)
                        .addLayer("custom", new Wave(), "block1")
                        .addLayer("lrn", new LocalResponseNormalization(), "custom"),
                    "block2",
                    "lrn",
                    6)
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "block2")
                .addLayer("out", output(4), "pool")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(9, 7, 3)));
  }

  @Test
  void residualNetworkKeepsTheLayersThatNobodyKnows() {
    ComputationGraph network = residualNetwork();
    Dl4jGraph read = new Dl4jReader().read(network, InputType.convolutional(9, 7, 3));
    assertSameAnswer(network, read.graph(), input(2, 3, 9, 7));
    assertEquals(2, read.graph().operatorCounts().get("Opaque"));
    Operator.Opaque custom =
        assertInstanceOf(
            Operator.Opaque.class, read.graph().find("custom").orElseThrow().operator());
    assertEquals("Wave", custom.kind());
    assertEquals(List.of("custom"), read.vertexNodes().get("custom"));
    assertEquals(Shape.of(Shape.UNKNOWN, 6, 9, 7), custom.result());
  }

  @Test
  void ownLayerIsReadFromAFileWhereItIsAllowed() throws IOException {
    ComputationGraph network = residualNetwork();
    Path file = folder.resolve("network.zip");
    ModelSerializer.writeModel(network, file.toFile(), false);
    InputType type = InputType.convolutional(9, 7, 3);
    String own = Wave.class.getName();
    assertSameAnswer(
        network, new Dl4jReader(Set.of(own)).read(file, type).graph(), input(2, 3, 9, 7));
  }

  private static ComputationGraph channelsLast() {
    InputType type = InputType.convolutional(11, 8, 3, CNN2DFormat.NHWC);
    return random(
        g ->
            g.addLayer("stem", nhwc(3, 4), "input")
                .addLayer("bn", norm(4), "stem")
                .addLayer("relu", new ActivationLayer(Activation.RELU), "bn")
                .addLayer("left", nhwc(1, 4), "relu")
                .addLayer("right", nhwc(3, 4), "relu")
                .addVertex(
                    "sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "left", "right", "relu")
                .addVertex("both", new MergeVertex(), "sum", "left")
                .addLayer("drop", new DropoutLayer(new SpatialDropout(0.5)), "both")
                .addLayer(
                    "pool",
                    new SubsamplingLayer.Builder(PoolingType.MAX)
                        .dataFormat(CNN2DFormat.NHWC)
                        .build(),
                    "drop")
                .addLayer("fc", new DenseLayer.Builder().nOut(7).build(), "pool")
                .setOutputs("fc", "sum")
                .setInputTypes(type));
  }

  private static ConvolutionLayer nhwc(int kernel, int channels) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nOut(channels)
        .convolutionMode(ConvolutionMode.Same)
        .dataFormat(CNN2DFormat.NHWC)
        .build();
  }

  @Test
  void channelsLastNetworkIsRearrangedAtItsEndsAlone() {
    ComputationGraph network = channelsLast();
    Dl4jGraph read =
        new Dl4jReader().read(network, InputType.convolutional(11, 8, 3, CNN2DFormat.NHWC));
    INDArray x = input(2, 11, 8, 3);
    Networks.assertSameAnswers(network, read.graph(), x);
    assertEquals(Shape.of(Shape.UNKNOWN, 11, 8, 3), read.graph().inputs().get(0).shape());
    assertEquals(List.of("fc", "sum"), read.graph().outputs());
    // At the input, before flattening, and at the output that is a map.
    assertEquals(3, read.graph().operatorCounts().get("Transpose"));
  }

  @Test
  void channelsLastNetworkFindsItsInputSize() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer("conv", nhwc(3, 4), "input")
                    .addLayer("custom", new Wave(), "conv")
                    .addLayer("fc", new DenseLayer.Builder().nOut(7).build(), "custom")
                    .setOutputs("fc")
                    .setInputTypes(InputType.convolutional(6, 6, 3, CNN2DFormat.NHWC)));
    Graph graph = new Dl4jReader().read(network).graph();
    assertEquals(Shape.of(Shape.UNKNOWN, 6, 6, 3), graph.inputs().get(0).shape());
    assertSameAnswer(network, graph, input(2, 6, 6, 3));
    // Around the own layer as well.
    assertEquals(2, graph.operatorCounts().get("Transpose"));
  }

  @Test
  void mobileNetworkIsRead() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "stem",
                        new ConvolutionLayer.Builder(3, 3)
                            .nOut(8)
                            .stride(2, 2)
                            .convolutionMode(ConvolutionMode.Same)
                            .build(),
                        "input")
                    .addLayer(
                        "dw",
                        new DepthwiseConvolution2D.Builder(3, 3)
                            .depthMultiplier(2)
                            .nOut(16)
                            .convolutionMode(ConvolutionMode.Same)
                            .build(),
                        "stem")
                    .addLayer("bn1", norm(16), "dw")
                    .addLayer("act1", new ActivationLayer(Activation.RELU6), "bn1")
                    .addLayer("pw", same(1, 8), "act1")
                    .addLayer("bn2", norm(8), "pw")
                    .addLayer(
                        "sep",
                        new SeparableConvolution2D.Builder(3, 3)
                            .nOut(10)
                            .activation(Activation.SWISH)
                            .build(),
                        "bn2")
                    .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "sep")
                    .addLayer("out", output(3), "pool")
                    .setOutputs("out")
                    .setInputTypes(InputType.convolutional(17, 13, 3)));
    Graph graph = new Dl4jReader().read(network, InputType.convolutional(17, 13, 3)).graph();
    assertSameAnswer(network, graph, input(2, 3, 17, 13));
    assertEquals(0, graph.operatorCounts().getOrDefault("Opaque", 0));
  }

  @ParameterizedTest
  @EnumSource(RNNFormat.class)
  void networkOverTimeIsReadWithItsRecurrentLayer(RNNFormat format) {
    InputType type = InputType.recurrent(4, 15, format);
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "conv1",
                        new Convolution1DLayer.Builder(3)
                            .nOut(6)
                            .convolutionMode(ConvolutionMode.Causal)
                            .rnnDataFormat(format)
                            .build(),
                        "input")
                    .addLayer("relu", new ActivationLayer(Activation.RELU), "conv1")
                    .addLayer(
                        "conv2",
                        new Convolution1DLayer.Builder(3, 2)
                            .nOut(5)
                            .convolutionMode(ConvolutionMode.Same)
                            .rnnDataFormat(format)
                            .build(),
                        "relu")
                    .addLayer(
                        "lstm", new LSTM.Builder().nOut(4).dataFormat(format).build(), "conv2")
                    .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MCXENT)
                            .activation(Activation.SOFTMAX)
                            .dataFormat(format)
                            .nOut(3)
                            .build(),
                        "lstm")
                    .setOutputs("out")
                    .setInputTypes(type));
    Graph graph = new Dl4jReader().read(network, type).graph();
    assertSameAnswer(network, graph, format == RNNFormat.NCW ? input(2, 4, 15) : input(2, 15, 4));
    assertEquals(1, graph.operatorCounts().get("Opaque"));
    assertEquals("conv1", graph.find("relu").orElseThrow().input(), "a reshape between two layers");
  }

  @Test
  void numberOfTimeStepsMustBeStated() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "conv", new Convolution1DLayer.Builder(3).nIn(4).nOut(5).build(), "input")
                    .setOutputs("conv"));
    assertEquals(
        "input 'input': expected its shape to be stated, as the number of time steps is part of it",
        assertThrows(
                BadInputException.class,
                () -> new Dl4jReader().read(network, InputType.recurrent(4)))
            .getMessage());
    assertEquals(
        "input 'input': expected its shape to be stated, as only the size of square maps can be"
            + " found",
        assertThrows(BadInputException.class, () -> new Dl4jReader().read(network)).getMessage());
  }

  @Test
  void frozenPartOfAPretrainedNetworkIsReadThrough() {
    ComputationGraph pretrained = residualNetwork();
    ComputationGraph network =
        new TransferLearning.GraphBuilder(pretrained)
            .setFeatureExtractor("block2/sum")
            .removeVertexAndConnections("out")
            .addLayer("new", head(), "pool")
            .setOutputs("new")
            .build()
            .convertDataType(DataType.DOUBLE);
    Dl4jGraph read = new Dl4jReader().read(network, InputType.convolutional(9, 7, 3));
    assertSameAnswer(network, read.graph(), input(2, 3, 9, 7));
    assertEquals(2, read.graph().operatorCounts().get("Opaque"));
  }

  private static OutputLayer head() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .activation(Activation.SOFTMAX)
        .nIn(6)
        .nOut(7)
        .build();
  }
}
