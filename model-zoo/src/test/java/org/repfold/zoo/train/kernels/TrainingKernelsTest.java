package org.repfold.zoo.train.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Initialization;
import org.repfold.zoo.Naming;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.Regularization;
import org.repfold.zoo.WeightInitializer;
import org.repfold.zoo.branched.BranchedSettings;
import org.repfold.zoo.cyclemlp.CycleMlpConfiguration;
import org.repfold.zoo.gmlp.GmlpConfiguration;
import org.repfold.zoo.mixer.MixerConfiguration;
import org.repfold.zoo.mobileone.MobileOneConfiguration;
import org.repfold.zoo.repmlp.RepMLPResNetConfiguration;
import org.repfold.zoo.repmlp.UnitKind;
import org.repfold.zoo.repmlpnet.RepMLPNetConfiguration;
import org.repfold.zoo.repvgg.RepVGGConfiguration;
import org.repfold.zoo.resmlp.ResMlpConfiguration;
import org.repfold.zoo.tokens.TokenSettings;

class TrainingKernelsTest {
  /** Float32 sums of some hundred terms, taken in another order, through a dozen layers. */
  private static final double TOLERANCE = 2e-5;

  /** Before a BatchNorm, gradients cancel to nearly nothing, but their rounding errors do not. */
  private static final double CANCELLED_NORM = 0.05;

  private static RepMLPNetConfiguration net(int partition) {
    return new RepMLPNetConfiguration(
        2,
        3,
        24,
        24,
        2,
        2,
        List.of(1, 1),
        List.of(8, 16),
        List.of(partition, partition / 2),
        List.of(partition, partition / 2),
        List.of(2, 4),
        List.of(1, 3, 5),
        4);
  }

  /** With values that are no maps between its layers, and convolutions that are no tiles. */
  private static RepMLPResNetConfiguration resNet(UnitKind unit) {
    return new RepMLPResNetConfiguration(
        2,
        3,
        24,
        24,
        8,
        3,
        2,
        true,
        List.of(2, 2),
        List.of(16, 32),
        unit,
        List.of(1, 2),
        unit == UnitKind.LIGHT ? List.of() : List.of(2, 2),
        3,
        3,
        2,
        List.of(1, 3),
        1);
  }

  static Stream<NetworkConfiguration> networks() {
    return Stream.of(
        net(12),
        net(6),
        resNet(UnitKind.LIGHT),
        resNet(UnitKind.BOTTLENECK),
        new CycleMlpConfiguration(
            2,
            3,
            24,
            24,
            List.of(2, 1),
            List.of(128, 12),
            List.of(2.0, 2.0),
            List.of(true),
            1,
            false),
        new MixerConfiguration(new TokenSettings(2, 3, 24, 24, 4, 2, 10), 7, 20),
        new ResMlpConfiguration(new TokenSettings(2, 3, 24, 24, 4, 2, 10), 20, 0.5),
        new GmlpConfiguration(new TokenSettings(2, 3, 24, 24, 4, 2, 10), 20),
        new RepVGGConfiguration(
            new BranchedSettings(2, 3, 24, 24, 6, List.of(2, 1), List.of(8, 10), Naming.TIMM), 4),
        new MobileOneConfiguration(
            new BranchedSettings(2, 3, 24, 24, 6, List.of(2, 1, 1), List.of(6, 8, 10), Naming.TIMM),
            2));
  }

  private static ComputationGraph graph(NetworkConfiguration net, DataType type) {
    ComputationGraph graph =
        Initialization.initialize(
            net.graph(
                Form.TRAIN,
                new GraphOptions(type, 7, new Sgd(0.1), new Regularization(0, 0.1, 0, 0))),
            WeightInitializer.PYTORCH,
            7);
    Nd4j.getRandom().setSeed(5);
    for (String key : graph.paramTable().keySet()) {
      INDArray value = graph.getParam(key);
      if (key.endsWith("_gamma") || key.endsWith("_var") || key.endsWith("_gain")) {
        value.assign(Nd4j.rand(DataType.DOUBLE, value.shape()).addi(0.5));
      } else if (key.endsWith("_beta") || key.endsWith("_mean") || key.endsWith("_shift")) {
        value.assign(Nd4j.rand(DataType.DOUBLE, value.shape()).subi(0.5));
      }
    }
    return graph;
  }

  private static INDArray images(DataType type) {
    Nd4j.getRandom().setSeed(11);
    return Nd4j.randn(DataType.DOUBLE, 5, 2, 24, 24).castTo(type);
  }

  private static void step(ComputationGraph graph, DataType type) {
    INDArray labels = Nd4j.zeros(type, 5, 3);
    for (int i = 0; i < 5; i++) {
      labels.putScalar(i, i % 3, 1);
    }
    graph.setInputs(images(type));
    graph.setLabels(labels);
    graph.computeGradientAndScore();
  }

  private static void assertGradientClose(String key, INDArray expected, INDArray actual) {
    double norm = expected.norm2Number().doubleValue();
    double error = actual.castTo(DataType.DOUBLE).sub(expected).norm2Number().doubleValue();
    assertTrue(error <= TOLERANCE * (norm + CANCELLED_NORM), () -> key + ": " + error);
  }

  private static void assertClose(INDArray expected, INDArray actual) {
    INDArray exact = expected.castTo(DataType.DOUBLE);
    double error =
        actual.castTo(DataType.DOUBLE).sub(exact).norm2Number().doubleValue()
            / exact.norm2Number().doubleValue();
    assertTrue(error <= TOLERANCE, () -> "relative error " + error);
  }

  @ParameterizedTest
  @MethodSource("networks")
  void gradientsAreThoseOfTheStockLayersInDouble(NetworkConfiguration net) {
    ComputationGraph stock = graph(net, DataType.DOUBLE);
    step(stock, DataType.DOUBLE);
    ComputationGraph fast = graph(net, DataType.FLOAT);
    try (TrainingKernels kernels = TrainingKernels.install(fast)) {
      assertTrue(kernels.count() > 0);
      step(fast, DataType.FLOAT);
    }
    assertEquals(stock.score(), fast.score(), TOLERANCE);
    for (String key : stock.paramTable().keySet()) {
      INDArray expected = stock.gradient().getGradientFor(key);
      assertGradientClose(key, expected, fast.gradient().getGradientFor(key));
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void inferenceIsThatOfTheStockLayersInDouble(NetworkConfiguration net) {
    INDArray expected = graph(net, DataType.DOUBLE).outputSingle(images(DataType.DOUBLE));
    ComputationGraph fast = graph(net, DataType.FLOAT);
    try (TrainingKernels kernels = TrainingKernels.install(fast)) {
      assertTrue(kernels.count() > 0);
      assertClose(expected, fast.outputSingle(images(DataType.FLOAT)));
    }
  }

  @Test
  void closingPutsTheStockLayersBack() {
    ComputationGraph graph = graph(net(12), DataType.FLOAT);
    Layer[] stock = graph.getLayers().clone();
    TrainingKernels.install(graph).close();
    for (int i = 0; i < stock.length; i++) {
      assertSame(stock[i], graph.getLayers()[i]);
    }
  }

  @Test
  void doubleGraphsKeepTheirStockLayers() {
    try (TrainingKernels kernels = TrainingKernels.install(graph(net(12), DataType.DOUBLE))) {
      assertEquals(0, kernels.count());
    }
  }
}
