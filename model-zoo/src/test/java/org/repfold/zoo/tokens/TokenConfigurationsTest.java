package org.repfold.zoo.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.NoOp;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.Parameters;
import org.repfold.zoo.Regularization;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.gmlp.GmlpConfiguration;
import org.repfold.zoo.gmlp.GmlpFamily;
import org.repfold.zoo.mixer.MixerConfiguration;
import org.repfold.zoo.resmlp.ResMlpConfiguration;

class TokenConfigurationsTest {
  private static final GraphOptions OPTIONS = GraphOptions.inference(DataType.FLOAT);

  @ParameterizedTest
  @CsvSource({
    "mixer_s32_224,      19104624",
    "mixer_s16_224,      18528264",
    "mixer_b32_224,      60293428",
    "mixer_b16_224,      59880472",
    "mixer_l32_224,     206939264",
    "mixer_l16_224,     208196168",
    "resmlp_12_224,      15350872",
    "resmlp_24_224,      30020680",
    "resmlp_36_224,      44690488",
    "resmlp_big_24_224, 129138280",
    "gmlp_ti16_224,       5867328",
    "gmlp_s16_224,       19422656",
    "gmlp_b16_224,       73075392"
  })
  void publishedConfigurationHasItsPublishedParameterCount(String name, long expected) {
    NetworkConfiguration network = Architecture.find(name).configuration();
    assertEquals(expected, Parameters.trainable(network.graph(Form.TRAIN, OPTIONS)));
  }

  @ParameterizedTest
  @MethodSource("org.repfold.zoo.tokens.TinyNetworks#all")
  void officialTensorsAreThoseOfTimm(String name, NetworkConfiguration network) {
    Golden golden = Golden.read(name);
    var expected = OfficialTensors.of(network, Form.TRAIN);
    assertEquals(golden.train().keySet(), expected.keySet());
    golden
        .tensorsOf("train.")
        .forEach((tensor, values) -> assertEquals(values.shape(), expected.get(tensor), tensor));
  }

  @Test
  void aCustomNetworkIsReadFromJson(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("net.json");
    Files.writeString(
        file,
        """
        {"family": "gmlp", "inChannels": 1, "classes": 7, "imageHeight": 12, "imageWidth": 8,
         "patch": 4, "depth": 2, "channels": 6, "hidden": 10}
        """);
    Architecture found = Architecture.find(file.toString());
    assertEquals(
        new GmlpConfiguration(new TokenSettings(1, 7, 12, 8, 4, 2, 6), 10), found.configuration());
    Files.writeString(file, found.toJson());
    assertEquals(found, Architecture.find(file.toString()));
  }

  @Test
  void everyBranchHasStochasticDepthWhereItIsWanted() {
    GraphOptions options =
        new GraphOptions(DataType.FLOAT, 0, new NoOp(), new Regularization(0, 0, 0, 0.1));
    assertEquals(
        List.of(
            "blocks.0.add1.drop_path",
            "blocks.0.add2.drop_path",
            "blocks.1.add1.drop_path",
            "blocks.1.add2.drop_path"),
        dropping(options));
    assertEquals(List.of(), dropping(OPTIONS));
  }

  @Test
  void stochasticDepthOfGmlpIsThatOfThePaper() {
    GmlpFamily family = new GmlpFamily();
    assertEquals(
        List.of(0.0, 0.05, 0.2),
        Stream.of("gmlp_ti16_224", "gmlp_s16_224", "gmlp_b16_224").map(family::dropPath).toList());
  }

  private static List<String> dropping(GraphOptions options) {
    ComputationGraphConfiguration graph = TinyNetworks.MIXER.graph(Form.TRAIN, options);
    return graph.getVertices().entrySet().stream()
        .filter(
            vertex ->
                vertex.getValue() instanceof LayerVertex layer
                    && layer.getLayerConf().getLayer() instanceof DropoutLayer)
        .map(Map.Entry::getKey)
        .toList();
  }

  @Test
  void settingsThatMakeNoNetworkAreRefusedByName() {
    assertRefused(
        "patch: expected a divisor of the image's sides 32 and 32, found 5",
        () -> new MixerConfiguration(new TokenSettings(3, 10, 32, 32, 5, 2, 24), 12, 96));
    assertRefused(
        "tokenHidden: expected a positive number, found 0",
        () -> new MixerConfiguration(new TokenSettings(3, 10, 32, 32, 8, 2, 24), 0, 96));
    assertRefused(
        "hidden: expected an even number, found 9",
        () -> new GmlpConfiguration(new TokenSettings(3, 10, 32, 32, 8, 2, 24), 9));
    assertRefused(
        "layerScale: expected a factor above 0 and at most 1, found 0.0",
        () -> new ResMlpConfiguration(new TokenSettings(3, 10, 32, 32, 8, 2, 24), 96, 0));
  }

  @Test
  void thereIsNoOfficialDeployForm() {
    assertRefused(
        "timm has no deploy form of this network, only its train form",
        () -> TinyNetworks.MIXER.graph(Form.DEPLOY, OPTIONS));
  }

  private static void assertRefused(String message, Runnable code) {
    BadInputException error = assertThrows(BadInputException.class, code::run);
    assertTrue(error.getMessage().equals(message), error.getMessage());
  }
}
