package org.repfold.converter.io.dl4j.layers;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Sgd;

/** Layers whose JSON was written before they had all the settings that they have today. */
class EarlierLayersTest {

  private static ComputationGraphConfiguration chain() {
    Layer[] layers = {
      new PointwiseConvolution.Builder().nIn(4).nOut(6).hasBias(false).build(),
      new GroupedConvolution.Builder()
          .groups(2)
          .nIn(6)
          .nOut(4)
          .kernelSize(3, 3)
          .padding(1, 1)
          .build(),
      new CycleFullyConnected.Builder(1, 3).nIn(4).nOut(4).build(),
      new Linear.Builder()
          .axis(1)
          .nIn(4)
          .nOut(4)
          .hasBias(false)
          .activation(Activation.TANH)
          .build(),
      new LayerNorm.Builder().axis(1).nOut(4).epsilon(1e-3).build(),
      new GroupedFullyConnected.Builder().groups(4).nIn(24).nOut(24).build()
    };
    var graph =
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .updater(new Sgd(0.1))
            .activation(Activation.IDENTITY)
            .graphBuilder()
            .addInputs("x")
            .setInputTypes(InputType.convolutional(2, 3, 4));
    String from = "x";
    for (Layer layer : layers) {
      String name = layer.getClass().getSimpleName();
      graph.addLayer(name, layer, from);
      from = name;
    }
    return graph.setOutputs(from).validateOutputLayerConfig(false).build();
  }

  @Test
  void areReadAsTheLayersThatTheyWere() throws IOException {
    try (InputStream json = EarlierLayersTest.class.getResourceAsStream("/layers/earlier.json")) {
      String text = new String(json.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(chain(), ComputationGraphConfiguration.fromJson(text));
    }
  }
}
