package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.converter.io.dl4j.Networks.assertSameAnswer;
import static org.repfold.converter.io.dl4j.Networks.input;
import static org.repfold.converter.io.dl4j.Networks.random;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.repfold.graph.Graph;

/** What layers compute in inference that train in ways of their own, or know no operators. */
class InferenceTest {
  @Test
  void frozenLayerWithBackpropIsReadThrough() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "fc",
                        new FrozenLayerWithBackprop(
                            new DenseLayer.Builder()
                                .nIn(6)
                                .nOut(4)
                                .activation(Activation.TANH)
                                .build()),
                        "input")
                    .setOutputs("fc"));
    Graph graph = new Dl4jReader().read(network).graph();
    assertSameAnswer(network, graph, input(2, 6));
    assertEquals(1, graph.operatorCounts().get("Gemm"));
  }

  @ParameterizedTest
  @EnumSource(CNN2DFormat.class)
  void mapLossIsSoftmaxOfTheChannels(CNN2DFormat format) {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "loss",
                        new CnnLossLayer.Builder(LossFunction.MCXENT)
                            .activation(Activation.SOFTMAX)
                            .format(format)
                            .build(),
                        "input")
                    .setOutputs("loss"));
    Graph graph = new Dl4jReader().read(network, InputType.convolutional(5, 4, 3, format)).graph();
    assertSameAnswer(
        network, graph, format == CNN2DFormat.NCHW ? input(2, 3, 5, 4) : input(2, 5, 4, 3));
    assertEquals(1, graph.operatorCounts().get("Softmax"));
  }

  @Test
  void seriesLossIsSoftmaxOfTheChannels() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "loss",
                        new RnnLossLayer.Builder(LossFunction.MCXENT)
                            .activation(Activation.SOFTMAX)
                            .build(),
                        "input")
                    .setOutputs("loss"));
    Graph graph = new Dl4jReader().read(network, InputType.recurrent(3, 5)).graph();
    assertSameAnswer(network, graph, input(2, 3, 5));
  }

  @Test
  void centerLossIsADenseLayerInInference() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "out",
                        new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
                            .activation(Activation.SOFTMAX)
                            .nIn(6)
                            .nOut(4)
                            .build(),
                        "input")
                    .setOutputs("out"));
    Graph graph = new Dl4jReader().read(network).graph();
    assertSameAnswer(network, graph, input(2, 6));
    assertEquals(1, graph.operatorCounts().get("Gemm"));
  }

  @Test
  void layersWithoutOperatorsAreLeftToDl4j() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "norm",
                        new DenseLayer.Builder().nIn(6).nOut(5).hasLayerNorm(true).build(),
                        "input")
                    .addLayer("prelu", new PReLULayer.Builder().inputShape(5).build(), "norm")
                    .addLayer(
                        "vae",
                        new VariationalAutoencoder.Builder()
                            .nIn(5)
                            .nOut(3)
                            .encoderLayerSizes(7)
                            .decoderLayerSizes(7)
                            .build(),
                        "prelu")
                    .setOutputs("vae"));
    Graph graph = new Dl4jReader().read(network, InputType.feedForward(6)).graph();
    assertSameAnswer(network, graph, input(2, 6));
    assertEquals(3, graph.operatorCounts().get("Opaque"));
  }

  @Test
  void batchNormOverTimeIsReadWhereDl4jComputesIt() {
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "bn",
                        new BatchNormalization.Builder()
                            .nIn(3)
                            .nOut(3)
                            .dataFormat(CNN2DFormat.NHWC)
                            .build(),
                        "input")
                    .setOutputs("bn"));
    InputType series = InputType.recurrent(3, 5, RNNFormat.NWC);
    Graph graph = new Dl4jReader().read(network, series).graph();
    assertSameAnswer(network, graph, input(2, 5, 3));
  }
}
