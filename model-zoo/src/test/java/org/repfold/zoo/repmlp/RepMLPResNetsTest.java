package org.repfold.zoo.repmlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.ConfigurationJson;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Initialization;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.Parameters;
import org.repfold.zoo.StateDict;

class RepMLPResNetsTest {
  /** A network of two stages with RepMLP on small maps, of several partitions each. */
  static final RepMLPResNetConfiguration SMALL =
      new RepMLPResNetConfiguration(
          3,
          7,
          16,
          32,
          6,
          5,
          2,
          false,
          List.of(1, 2),
          List.of(16, 24),
          UnitKind.BOTTLENECK,
          List.of(1, 2),
          List.of(2, 3),
          2,
          4,
          2,
          List.of(3, 1),
          2);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"repmlp_res50_light_224,      87038248", "repmlp_res50_bottleneck_224, 41071144"})
  void publishedConfigurationHasItsPublishedParameterCount(String name, long expected) {
    assertEquals(
        expected,
        Parameters.trainable(
            RepMLPResNets.all()
                .get(name)
                .graph(Form.TRAIN, GraphOptions.inference(DataType.FLOAT))));
  }

  @Test
  void networkGivesLogitsAndMapsOfBothSizes() {
    ComputationGraph graph =
        Initialization.initialize(
            SMALL.graph(Form.TRAIN, GraphOptions.inference(DataType.FLOAT)),
            new RepMLPFamily().weights(),
            3);

    INDArray logits = graph.outputSingle(Nd4j.rand(DataType.FLOAT, 5, 3, 16, 32));

    assertEquals(List.of(5L, 7L), List.of(logits.size(0), logits.size(1)));
    assertEquals(List.of(8, 16), List.of(SMALL.mapHeight(1), SMALL.mapWidth(1)));
    assertEquals(List.of(4, 8), List.of(SMALL.mapHeight(2), SMALL.mapWidth(2)));
  }

  @Test
  void initialWeightsAreBoundedByTheInputsOfTheirGroup() {
    ComputationGraph graph =
        Initialization.initialize(
            SMALL.graph(Form.TRAIN, GraphOptions.inference(DataType.FLOAT)),
            new RepMLPFamily().weights(),
            3);

    assertDrawnWithin(graph, "stage1.0.btnk_repmlp.fc3.weight", 1 / Math.sqrt(8));
    assertDrawnWithin(graph, "stage1.0.btnk_repmlp.repconv3.conv.weight", 1 / Math.sqrt(9));
    assertDrawnWithin(graph, "stage1.0.btnk_repmlp.fc1_fc2.fc1.bias", 1 / Math.sqrt(32));
    assertDrawnWithin(graph, "stage0.0.conv.weight", 1 / Math.sqrt(75));
    assertDrawnWithin(graph, "linear.bias", 1 / Math.sqrt(24));
  }

  private static void assertDrawnWithin(ComputationGraph graph, String name, double bound) {
    double largest = StateDict.of(graph).get(name).amaxNumber().doubleValue();
    assertTrue(largest <= bound && largest > bound / 2, name + ": " + largest + " of " + bound);
  }

  @Test
  void jsonIsReadBackAsTheSameConfiguration() throws IOException {
    Path file = folder.resolve("net.json");
    Files.writeString(file, ConfigurationJson.write("repmlp", SMALL));

    assertEquals(SMALL, ConfigurationJson.read(file, List.of(new RepMLPFamily())).configuration());
    assertTrue(Files.readString(file).contains("\"unit\":\"bottleneck\""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "height; 3; stage 1: height: expected a divisor of the map's height 8, found 3",
        "width; 32; stage 1: width: expected a divisor",
        "groups; 3; groups must divide the RepMLP block's channels",
        "groups; 0; stage 1: groups",
        "kernels; [2]; kernels: expected odd positive sizes, found 2",
        "kernels; [3,3]; kernels: expected distinct sizes",
        "reduce; 100; the Global Perceptron",
        "stemKernel; 4; stemKernel: expected an odd",
        "repmlpStages; []; repmlpStages: expected at least one stage",
        "repmlpStages; [2,1]; repmlpStages: expected ascending numbers from 1 to 2",
        "repmlpStages; [1,3]; repmlpStages: expected ascending numbers from 1 to 2",
        "bottleneckReductions; [2]; bottleneckReductions: expected 2 values",
        "bottleneckReductions; [9,1]; stage 1: inChannels: expected a positive number",
        "blocks; [1,0]; blocks: expected a positive number",
        "channels; [16]; channels: expected one value for each of 2 stages",
        "channels; [18,24]; stage 1: channels: expected a multiple of 4, found 18",
        "unit; \"light\"; bottleneckReductions: expected 0 values",
        "unit; \"wide\"; light",
        "unit; null; unit: expected",
        "imageHeight; 0; imageHeight: expected a positive number"
      })
  void wrongSettingIsNamed(String setting, String value, String message) throws IOException {
    ObjectMapper json = new ObjectMapper();
    ObjectNode net = (ObjectNode) json.readTree(ConfigurationJson.write("repmlp", SMALL));
    net.set(setting, json.readTree(value));
    Path file = Files.writeString(folder.resolve("net.json"), net.toString());

    String found =
        assertThrows(
                BadInputException.class,
                () -> ConfigurationJson.read(file, List.of(new RepMLPFamily())))
            .getMessage();

    assertTrue(found.contains(message), found);
    assertEquals(1, found.lines().count(), found);
  }

  @ParameterizedTest
  @CsvSource({"1073741824, 4, 2", "64, 1073741824, 1", "64, 1073741824, 1073741824"})
  void settingsThatNoArrayHoldsAreRefused(int channels, int map, int partition) {
    BadInputException error =
        assertThrows(
            BadInputException.class,
            () ->
                new RepMLPBlockConfiguration(
                    channels, channels, map, map, partition, partition, 1, List.of(), 1));
    assertTrue(error.getMessage().contains("that one array holds"), error.getMessage());
  }

  @Test
  void deployFormHasNoNormsAndOneBiasForEachConvolution() {
    for (String name : OfficialTensors.of(SMALL, Form.DEPLOY).keySet()) {
      assertTrue(name.endsWith(".weight") || name.endsWith(".bias"), name);
      assertTrue(!name.contains("bn") && !name.contains("repconv"), name);
    }
  }
}
