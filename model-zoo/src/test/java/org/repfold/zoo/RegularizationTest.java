package org.repfold.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.graph.BadInputException;

class RegularizationTest {

  private static ComputationGraph network(Regularization regularization) {
    NetworkBuilder graph =
        new NetworkBuilder(
            new GraphOptions(DataType.DOUBLE, 1, new NoOp(), regularization), "input", 4, 3, 3);
    String branch = graph.pointwiseConvolution("conv", "input", 4, 4, true);
    branch = graph.activation("relu", branch, new ActivationReLU());
    branch = graph.dropPath("drop_path", branch, 1);
    String sum = graph.add("add", List.of("input", branch));
    String pooled = graph.globalAveragePool("pool", sum, true);
    return Initialization.initialize(
        graph.build(graph.classifier("head", pooled, 4, 2)), WeightInitializer.PYTORCH, 3);
  }

  private static INDArray images() {
    return Nd4j.rand(DataType.DOUBLE, 16, 4, 3, 3);
  }

  @Test
  void inferenceDoesNotDropAnything() {
    INDArray images = images();

    assertEquals(
        network(Regularization.NONE).outputSingle(images),
        network(new Regularization(0, 0, 0.5, 0.5)).outputSingle(images));
  }

  @Test
  void trainingDropsBranchesAndValues() {
    INDArray images = images();
    INDArray whole = network(Regularization.NONE).outputSingle(images);

    assertNotEquals(
        whole, network(new Regularization(0, 0, 0.5, 0)).output(true, images)[0], "dropout");
    assertNotEquals(
        whole, network(new Regularization(0, 0, 0, 0.5)).output(true, images)[0], "drop-path");
  }

  @Test
  void graphHasNoNodesForThem() {
    assertEquals(
        new Dl4jReader().read(network(Regularization.NONE)).graph().operatorCounts(),
        new Dl4jReader()
            .read(network(new Regularization(0, 0, 0.5, 0.5)))
            .graph()
            .operatorCounts());
  }

  @Test
  void momentumTakesWeightDecayIntoTheGradient() {
    assertEquals(List.of(new L2Regularization(0.25)), weightDecay(new Nesterovs(0.1, 0.9)));
    assertEquals(List.of(new DecoupledWeightDecay(0.25)), weightDecay(new Adam(0.1)));
  }

  private static List<?> weightDecay(IUpdater updater) {
    NetworkBuilder graph =
        new NetworkBuilder(
            new GraphOptions(DataType.FLOAT, 1, updater, new Regularization(0.25, 0, 0, 0)),
            "input",
            4,
            3,
            3);
    String conv = graph.pointwiseConvolution("conv", "input", 4, 4, true);
    LayerVertex vertex = (LayerVertex) graph.build(conv).getVertices().get("conv");
    return ((BaseLayer) vertex.getLayerConf().getLayer()).getRegularization();
  }

  @Test
  void shareOfOneIsRefused() {
    String message =
        assertThrows(BadInputException.class, () -> new Regularization(0, 0, 0, 1)).getMessage();

    assertTrue(message.startsWith("dropPath: expected"), message);
  }
}
