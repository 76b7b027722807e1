package org.repfold.zoo.branched;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Naming;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.mobileone.MobileOneConfiguration;
import org.repfold.zoo.mobileone.MobileOneFamily;
import org.repfold.zoo.repvgg.RepVGGConfiguration;
import org.repfold.zoo.repvgg.RepVGGFamily;

class ByobWeightsTest {
  /** Of samples of at least 128 values: about four of their standard errors. */
  private static final double SAMPLE_TOLERANCE = 0.25;

  private static final ComputationGraph REPVGG =
      build(
          new RepVGGConfiguration(
              new BranchedSettings(1, 1000, 8, 8, 128, List.of(2), List.of(128), Naming.TIMM), 4));

  private static final ComputationGraph MOBILEONE =
      build(
          new MobileOneConfiguration(
              new BranchedSettings(1, 10, 8, 8, 128, List.of(1), List.of(64), Naming.TIMM), 1));

  private static ComputationGraph build(NetworkConfiguration network) {
    return new Architecture(
            "it",
            network instanceof RepVGGConfiguration ? new RepVGGFamily() : new MobileOneFamily(),
            network)
        .build(GraphOptions.inference(DataType.DOUBLE));
  }

  private static void assertDrawn(
      double mean, double deviation, ComputationGraph graph, String layer, String key) {
    INDArray values = graph.getLayer(layer).getParam(key);
    assertEquals(mean, values.meanNumber().doubleValue(), SAMPLE_TOLERANCE * deviation);
    assertEquals(deviation, values.stdNumber(true).doubleValue(), SAMPLE_TOLERANCE * deviation);
  }

  @Test
  void convolutionsAreScaledByTheTapsThatAnInputOfAGroupReaches() {
    assertDrawn(0, Math.sqrt(2.0 / (9 * 128)), REPVGG, "stem.conv_kxk.conv", "W");
    assertDrawn(0, Math.sqrt(2.0 / 128), REPVGG, "stages.0.0.conv_1x1.conv", "W");
    assertDrawn(0, Math.sqrt(2.0 / (9 * 32)), REPVGG, "stages.0.1.conv_kxk.conv", "W");
    assertDrawn(0, Math.sqrt(2.0 / 9), MOBILEONE, "stages.0.0.conv_kxk.0.conv", "W");
    assertDrawn(0, Math.sqrt(2.0 / 64), MOBILEONE, "stages.0.1.conv_kxk.0.conv", "W");
  }

  @Test
  void classifierStartsSmallAndWithoutBias() {
    assertDrawn(0, 0.01, REPVGG, "head.fc", "W");
    assertEquals(0, REPVGG.getLayer("head.fc").getParam("b").amaxNumber().doubleValue());
  }

  @Test
  void normsOfRepVGGStartByChance() {
    assertDrawn(0.1, 0.1, REPVGG, "stages.0.1.identity", "gamma");
    assertDrawn(0, 0.1, REPVGG, "stem.conv_1x1.bn", "beta");
  }

  @Test
  void otherNormsStartNeutral() {
    INDArray gamma = MOBILEONE.getLayer("stages.0.0.conv_scale.bn").getParam("gamma");
    INDArray beta = MOBILEONE.getLayer("stages.0.0.conv_scale.bn").getParam("beta");
    assertEquals(gamma.length(), gamma.sumNumber().doubleValue());
    assertEquals(0, beta.amaxNumber().doubleValue());
  }
}
