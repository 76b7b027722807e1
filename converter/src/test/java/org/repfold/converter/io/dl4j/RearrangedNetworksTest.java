package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.converter.io.dl4j.Networks.FLOAT64_TOLERANCE;
import static org.repfold.converter.io.dl4j.Networks.assertClose;
import static org.repfold.converter.io.dl4j.Networks.input;
import static org.repfold.converter.io.dl4j.Networks.random;

import java.util.Optional;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.fold.Folder;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;

/** Networks that DL4J lays out in another way than the graph, read, folded and written back. */
class RearrangedNetworksTest {
  private static ConvolutionLayer nhwc(int kernel) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nOut(4)
        .convolutionMode(ConvolutionMode.Same)
        .dataFormat(CNN2DFormat.NHWC)
        .build();
  }

  private static Graph assertWrittenBack(ComputationGraph network, InputType type, INDArray x) {
    Dl4jGraph read = new Dl4jReader().read(network, type);
    Graph folded = Folder.fold(read.graph()).folded();
    ComputationGraph written =
        Dl4jWriter.toComputationGraph(folded, Optional.of(read), ElementType.FLOAT64);
    assertClose(network.outputSingle(x.dup()), written.outputSingle(x.dup()), FLOAT64_TOLERANCE);
    return folded;
  }

  @Test
  void channelsLastNetworkFoldsLikeAnyOther() {
    InputType type = InputType.convolutional(9, 7, 3, CNN2DFormat.NHWC);
    ComputationGraph network =
        random(
            g ->
                g.addLayer("left", nhwc(3), "input")
                    .addLayer("leftNorm", new BatchNormalization(), "left")
                    .addLayer("right", nhwc(1), "input")
                    .addLayer("rightNorm", new BatchNormalization(), "right")
                    .addVertex(
                        "sum",
                        new ElementWiseVertex(ElementWiseVertex.Op.Add),
                        "leftNorm",
                        "rightNorm")
                    .addLayer("relu", new ActivationLayer(Activation.RELU), "sum")
                    .addLayer("next", nhwc(3), "relu")
                    .addLayer("fc", new DenseLayer.Builder().nOut(5).build(), "next")
                    .setOutputs("fc")
                    .setInputTypes(type));
    Graph folded = assertWrittenBack(network, type, input(2, 9, 7, 3));
    assertEquals(2, folded.operatorCounts().get("Conv"));
    assertEquals(0, folded.operatorCounts().getOrDefault("BatchNormalization", 0));
  }

  @Test
  void untouchedChannelsLastLayersAreWrittenChannelsFirst() {
    InputType type = InputType.convolutional(9, 7, 3, CNN2DFormat.NHWC);
    ComputationGraph network =
        random(
            g ->
                g.addLayer("a", nhwc(3), "input")
                    .addLayer("relu", new ActivationLayer(Activation.RELU), "a")
                    .addLayer("b", nhwc(3), "relu")
                    .setOutputs("b")
                    .setInputTypes(type));
    assertWrittenBack(network, type, input(2, 9, 7, 3));
  }

  @Test
  void networkOverTimeIsWrittenBackWithItsRecurrentLayer() {
    InputType type = InputType.recurrent(4, 15);
    ComputationGraph network =
        random(
            g ->
                g.addLayer(
                        "conv1",
                        new Convolution1DLayer.Builder(3)
                            .nOut(6)
                            .convolutionMode(ConvolutionMode.Causal)
                            .activation(Activation.RELU)
                            .build(),
                        "input")
                    .addLayer("conv2", new Convolution1DLayer.Builder(3).nOut(5).build(), "conv1")
                    .addLayer("lstm", new LSTM.Builder().nOut(4).build(), "conv2")
                    .setOutputs("lstm")
                    .setInputTypes(type));
    Graph folded = assertWrittenBack(network, type, input(2, 4, 15));
    assertTrue(folded.find("lstm").isPresent());
  }
}
