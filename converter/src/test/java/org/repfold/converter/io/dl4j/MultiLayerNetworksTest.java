package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.converter.io.dl4j.Networks.assertSameAnswer;
import static org.repfold.converter.io.dl4j.Networks.input;
import static org.repfold.converter.io.dl4j.Networks.randomise;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;

/** Networks that are a list of layers. */
class MultiLayerNetworksTest {
  @TempDir Path folder;

  private static MultiLayerNetwork leNet(DataType type) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(type)
                .activation(Activation.RELU)
                .list()
                .layer(new ConvolutionLayer.Builder(5, 5).nOut(6).build())
                .layer(new SubsamplingLayer.Builder(PoolingType.MAX).build())
                .layer(new BatchNormalization())
                .layer(new ConvolutionLayer.Builder(3, 3).nOut(8).dropOut(0.5).build())
                .layer(
                    new SubsamplingLayer.Builder(PoolingType.AVG)
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build())
                .layer(new DenseLayer.Builder().nOut(12).weightNoise(new DropConnect(0.5)).build())
                .layer(new DropoutLayer(new GaussianNoise(0.3)))
                .layer(
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .nOut(5)
                        .build())
                .setInputType(InputType.convolutionalFlat(20, 18, 1))
                .build());
    network.init();
    return randomise(network);
  }

  @Test
  void multiLayerNetworkIsReadFromMemory() {
    MultiLayerNetwork network = leNet(DataType.DOUBLE);
    Graph graph = new Dl4jReader().read(network).graph();
    assertEquals(Shape.of(Shape.UNKNOWN, 1, 20, 18), graph.inputs().get(0).shape());
    assertSameAnswer(x -> network.output(x), graph, input(2, 1, 20, 18));
    InputType flat = InputType.feedForward(360);
    assertSameAnswer(
        x -> network.output(x), new Dl4jReader().read(network, flat).graph(), input(2, 360));
  }

  @Test
  void multiLayerNetworkIsReadFromAFile() throws IOException {
    MultiLayerNetwork network = leNet(DataType.DOUBLE);
    Path file = folder.resolve("network.zip");
    ModelSerializer.writeModel(network, file.toFile(), true);
    Dl4jGraph read = new Dl4jReader().read(file);
    assertSameAnswer(x -> network.output(x), read.graph(), input(2, 1, 20, 18));
    assertEquals(
        read.graph().nodes().stream().map(node -> node.operator().type()).toList(),
        new Dl4jReader()
            .read(network).graph().nodes().stream().map(node -> node.operator().type()).toList());
  }

  @Test
  void layersKeepTheirOwnNames() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new DenseLayer.Builder().name("first").nIn(4).nOut(3).build())
                .layer(new DenseLayer.Builder().name("second").nIn(3).nOut(2).build())
                .build());
    network.init();
    Dl4jGraph read = new Dl4jReader().read(network);
    assertEquals(List.of("first", "second"), List.copyOf(read.vertexNodes().keySet()));
    assertEquals("first", network.getLayer(0).conf().getLayer().getLayerName());
  }
}
