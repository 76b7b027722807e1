package org.repfold.zoo.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.zoo.Family;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.StateDict;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.gmlp.GmlpFamily;
import org.repfold.zoo.mixer.MixerFamily;
import org.repfold.zoo.resmlp.ResMlpConfiguration;
import org.repfold.zoo.resmlp.ResMlpFamily;

class TimmWeightsTest {
  /** How far the deviation of some thousands of samples strays from the one drawn with. */
  private static final double SAMPLING = 0.1;

  private static Map<String, INDArray> initial(Family family, NetworkConfiguration network) {
    ComputationGraph graph =
        new Architecture("tiny", family, network).build(GraphOptions.inference(DataType.DOUBLE));
    return StateDict.of(graph);
  }

  private static void assertDeviation(double expected, INDArray values) {
    double found = values.stdNumber(false).doubleValue();
    assertEquals(expected, found, SAMPLING * expected);
  }

  @Test
  void theStemIsNormalWithVarianceOneOverItsInputs() {
    Map<String, INDArray> weights = initial(new MixerFamily(), TinyNetworks.MIXER);

    INDArray stem = weights.get("stem.proj.weight");
    assertDeviation(1 / Math.sqrt(3 * 8 * 8), stem);
    double cutOff = 2 / Math.sqrt(3 * 8 * 8) / 0.8796;
    assertTrue(stem.amaxNumber().doubleValue() <= cutOff);
    assertEquals(0, weights.get("stem.proj.bias").amaxNumber().doubleValue());
  }

  @Test
  void denseLayersAreUniformByInputsAndOutputsAndTheHeadStartsAsZero() {
    Map<String, INDArray> weights = initial(new MixerFamily(), TinyNetworks.MIXER);

    double bound = Math.sqrt(6.0 / (24 + 96));
    INDArray dense = weights.get("blocks.0.mlp_channels.fc1.weight");
    assertDeviation(bound / Math.sqrt(3), dense);
    assertTrue(dense.amaxNumber().doubleValue() <= bound);
    double bias = weights.get("blocks.0.mlp_channels.fc1.bias").amaxNumber().doubleValue();
    assertTrue(bias > 0 && bias < 1e-5, "bias " + bias);
    assertEquals(0, weights.get("head.weight").amaxNumber().doubleValue());
    assertEquals(0, weights.get("head.bias").amaxNumber().doubleValue());
  }

  @Test
  void normsAndAffinesStartAsNothingAndLayerScaleAsStated() {
    Map<String, INDArray> mixer = initial(new MixerFamily(), TinyNetworks.MIXER);
    assertEquals(24, mixer.get("norm.weight").sumNumber().doubleValue());
    assertEquals(0, mixer.get("norm.bias").amaxNumber().doubleValue());

    Map<String, INDArray> resmlp =
        initial(
            new ResMlpFamily(),
            new ResMlpConfiguration(new TokenSettings(3, 10, 32, 32, 8, 2, 24), 96, 0.01));
    assertEquals(24, resmlp.get("blocks.0.norm1.alpha").sumNumber().doubleValue());
    assertEquals(0, resmlp.get("blocks.0.norm1.beta").amaxNumber().doubleValue());
    assertEquals(0.24, resmlp.get("blocks.1.ls2").sumNumber().doubleValue(), 1e-12);
    assertEquals(0, resmlp.get("blocks.0.linear_tokens.bias").amaxNumber().doubleValue());
  }

  @Test
  void gatesStartAsOne() {
    Map<String, INDArray> weights = initial(new GmlpFamily(), TinyNetworks.GMLP);

    assertDeviation(1e-6, weights.get("blocks.0.mlp_channels.gate.proj.weight"));
    assertEquals(16, weights.get("blocks.0.mlp_channels.gate.proj.bias").sumNumber().doubleValue());
  }
}
