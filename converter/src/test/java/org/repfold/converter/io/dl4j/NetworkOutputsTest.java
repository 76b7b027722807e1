package org.repfold.converter.io.dl4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.repfold.converter.io.dl4j.Networks.FLOAT64_TOLERANCE;
import static org.repfold.converter.io.dl4j.Networks.assertClose;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.repfold.converter.fold.Folder;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Unary;

class NetworkOutputsTest {
  private static final InputType INPUT = InputType.convolutional(6, 5, 4);

  /** A convolution with a BatchNorm that folds into it, a pool, and what stands behind. */
  private static ComputationGraph source(Consumer<GraphBuilder> head) {
    return Networks.random(
        graph -> {
          graph
              .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(4).build(), "input")
              .addLayer("bn", new BatchNormalization(), "conv")
              .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "bn");
          head.accept(graph);
          graph.setInputTypes(INPUT);
        });
  }

  private static ComputationGraph converted(ComputationGraph source) {
    Dl4jGraph read = new Dl4jReader().read(source, INPUT);
    Graph folded = Folder.fold(read.graph()).folded();
    ComputationGraph written =
        Dl4jWriter.toComputationGraph(folded, Optional.of(read), ElementType.FLOAT64);
    // With workspaces DL4J fails where an output is used inside the network too.
    source.getConfiguration().setInferenceWorkspaceMode(WorkspaceMode.NONE);
    INDArray[] expected = source.output(Networks.input(3, 4, 6, 5));
    INDArray[] found = written.output(Networks.input(3, 4, 6, 5));
    assertEquals(expected.length, found.length);
    for (int i = 0; i < expected.length; i++) {
      assertClose(expected[i], found[i], FLOAT64_TOLERANCE);
    }
    Graph again = new Dl4jReader().read(written, INPUT).graph();
    assertEquals(folded.outputs(), again.outputs());
    return written;
  }

  private static Layer layer(ComputationGraph network, String vertex) {
    return assertInstanceOf(LayerVertex.class, network.getConfiguration().getVertices().get(vertex))
        .getLayerConf()
        .getLayer();
  }

  @Test
  void lossLayerThatAppliesAFunctionStaysAsItWas() {
    ComputationGraph source =
        source(
            graph ->
                graph
                    .addLayer(
                        "loss",
                        new LossLayer.Builder(LossFunction.MCXENT)
                            .activation(Activation.SOFTMAX)
                            .build(),
                        "pool")
                    .setOutputs("loss"));
    assertEquals(layer(source, "loss"), layer(converted(source), "loss"));
  }

  @Test
  void lossThatComputesNothingIsHeldByALayerBehindTheOutput() {
    ComputationGraph source =
        source(
            graph ->
                graph
                    .addLayer(
                        "loss",
                        new LossLayer.Builder(LossFunction.MEAN_ABSOLUTE_ERROR)
                            .activation(new ActivationIdentity())
                            .build(),
                        "pool")
                    .setOutputs("loss"));
    ComputationGraph written = converted(source);
    assertEquals(List.of("pool/loss"), written.getConfiguration().getNetworkOutputs());
    assertEquals(
        new LossMAE(), assertInstanceOf(LossLayer.class, layer(written, "pool/loss")).getLossFn());
    assertInstanceOf(GlobalPoolingLayer.class, layer(written, "pool"));
  }

  @Test
  void severalOutputsKeepTheirOrderAndTheirLosses() {
    ComputationGraph source =
        source(
            graph ->
                graph
                    .addLayer("norm", new BatchNormalization(), "pool")
                    .addLayer(
                        "class",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                            .activation(Activation.SOFTMAX)
                            .nOut(3)
                            .build(),
                        "norm")
                    .addLayer("hidden", new DenseLayer.Builder().nOut(2).build(), "pool")
                    .setOutputs("hidden", "class", "bn"));
    ComputationGraph written = converted(source);
    assertEquals(
        List.of("hidden", "class", "bn/output"), written.getConfiguration().getNetworkOutputs());
    assertEquals(
        new LossMCXENT(), assertInstanceOf(OutputLayer.class, layer(written, "class")).getLossFn());
  }

  @Test
  void outputThatIsGivenTwiceIsComputedOnceAndCopied() {
    org.repfold.graph.GraphBuilder builder = new org.repfold.graph.GraphBuilder();
    builder.input("input", Shape.UNKNOWN, 4);
    builder.input("other", Shape.UNKNOWN, 4);
    builder.input("unused", Shape.UNKNOWN, 2);
    builder.add("sum", new Operator.Sub(), "input", "other");
    builder.add("relu", new Unary.Relu(), "sum");
    Graph graph = builder.output("relu").output("relu").output("sum").build();
    ComputationGraph written =
        Dl4jWriter.toComputationGraph(graph, Optional.empty(), ElementType.FLOAT64);
    INDArray input = Networks.input(3, 4);
    INDArray[] found =
        written.output(input, Networks.input(1, 4).broadcast(3, 4), Networks.input(3, 2));
    assertEquals(
        List.of("relu", "relu/output", "sum/output"),
        written.getConfiguration().getNetworkOutputs());
    assertEquals(found[0], found[1]);
    assertClose(input.sub(Networks.input(1, 4).broadcast(3, 4)), found[2], FLOAT64_TOLERANCE);
  }
}
