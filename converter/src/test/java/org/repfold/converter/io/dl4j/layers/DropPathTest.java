package org.repfold.converter.io.dl4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.graph.Node;

class DropPathTest {
  private static final int EXAMPLES = 400;
  private static final int CHANNELS = 3;
  private static final double RATE = 0.25;

  /** Four standard deviations of how many of the examples keep their branch. */
  private static final double FOUR_DEVIATIONS = 4 * Math.sqrt(RATE * (1 - RATE) / EXAMPLES);

  private static ComputationGraph network() {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(5)
            .dataType(DataType.DOUBLE)
            .updater(new Sgd(0.1))
            .activation(Activation.IDENTITY)
            .graphBuilder()
            .addInputs("x")
            .setInputTypes(InputType.feedForward(CHANNELS))
            .addLayer("mix", new Linear.Builder().axis(1).nIn(CHANNELS).nOut(CHANNELS).build(), "x")
            .addLayer("drop_path", new DropoutLayer(new DropPath(RATE, 5)), "mix")
            .addLayer(
                "y",
                new OutputLayer.Builder(LossFunction.MSE)
                    .nIn(CHANNELS)
                    .nOut(1)
                    .activation(Activation.IDENTITY)
                    .build(),
                "drop_path")
            .setOutputs("y")
            .build();
    ComputationGraph network = new ComputationGraph(configuration);
    network.init();
    return network;
  }

  private static INDArray x() {
    return Nd4j.linspace(DataType.DOUBLE, 0.1, 0.01, EXAMPLES * CHANNELS)
        .reshape('c', EXAMPLES, CHANNELS);
  }

  @Test
  void anExampleLosesTheWholeBranchOrKeepsItScaledUp() {
    ComputationGraph network = network();
    INDArray before = network.feedForward(new INDArray[] {x()}, false).get("mix");
    INDArray after = network.feedForward(new INDArray[] {x()}, true).get("drop_path");
    int kept = 0;
    for (int n = 0; n < EXAMPLES; n++) {
      boolean keeps = after.getDouble(n, 0) != 0;
      kept += keeps ? 1 : 0;
      for (int c = 0; c < CHANNELS; c++) {
        double expected = keeps ? before.getDouble(n, c) / (1 - RATE) : 0;
        assertEquals(expected, after.getDouble(n, c), 1e-14);
      }
    }
    assertEquals(1 - RATE, kept / (double) EXAMPLES, FOUR_DEVIATIONS);
  }

  @Test
  void inInferenceNothingHappens() {
    Map<String, INDArray> values = network().feedForward(new INDArray[] {x()}, false);
    assertEquals(values.get("mix"), values.get("drop_path"));
    assertTrue(
        new Dl4jReader()
            .read(network(), InputType.feedForward(CHANNELS)).graph().nodes().stream()
                .map(Node::name)
                .noneMatch(name -> name.startsWith("drop_path")));
  }

  @Test
  void theSlopeIsThatOfTheBranchesThatStayed() {
    ComputationGraph network = network();
    DropPath tested = new DropPath(RATE, 5);
    INDArray kept = tested.applyDropout(x(), x(), 0, 0, null).div(x());
    assertEquals(kept, tested.backprop(x().assign(1), x(), 0, 0));
    assertThrows(IllegalStateException.class, () -> tested.backprop(x(), x(), 0, 0));
    assertFalse(network.getConfiguration().toJson().contains("factors"));
  }

  @Test
  void trainingIsTheSameFromRunToRun() {
    List<INDArray> trained = new ArrayList<>();
    for (int run = 0; run < 2; run++) {
      ComputationGraph network = network();
      for (int step = 0; step < 3; step++) {
        network.fit(new INDArray[] {x()}, new INDArray[] {Nd4j.ones(DataType.DOUBLE, EXAMPLES, 1)});
      }
      trained.add(network.params());
    }
    assertEquals(trained.get(0), trained.get(1));
  }

  @Test
  void everyStepAndEveryBranchLosesOthers() {
    INDArray first = new DropPath(RATE, 5).applyDropout(x(), x(), 0, 0, null);
    assertEquals(first, new DropPath(RATE, 5).applyDropout(x(), x(), 0, 1, null));
    assertNotEquals(first, new DropPath(RATE, 5).applyDropout(x(), x(), 1, 0, null));
    assertNotEquals(first, new DropPath(RATE, 6).applyDropout(x(), x(), 0, 0, null));
  }

  @Test
  void configurationSurvivesJson() {
    ComputationGraphConfiguration configuration = network().getConfiguration();
    assertEquals(configuration, ComputationGraphConfiguration.fromJson(configuration.toJson()));
  }

  @Test
  void aRateOfOneIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new DropPath(1, 0));
  }
}
