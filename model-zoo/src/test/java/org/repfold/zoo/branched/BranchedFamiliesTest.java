package org.repfold.zoo.branched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.converter.Conversion;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.io.pytorch.GraphStateDict;
import org.repfold.converter.report.GraphSummary;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsWriter;
import org.repfold.zoo.Family;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Naming;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.Parameters;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.catalog.Families;
import org.repfold.zoo.catalog.FormSize;
import org.repfold.zoo.catalog.NetworkSize;
import org.repfold.zoo.catalog.PretrainedNetwork;
import org.repfold.zoo.mobileone.MobileOneConfiguration;
import org.repfold.zoo.mobileone.MobileOneFamily;
import org.repfold.zoo.repvgg.RepVGGConfiguration;
import org.repfold.zoo.repvgg.RepVGGFamily;

/** RepVGG and MobileOne: their sizes, and how their networks are told from their tensors. */
class BranchedFamiliesTest {
  private static final RepVGGFamily REPVGG = new RepVGGFamily();
  private static final MobileOneFamily MOBILEONE = new MobileOneFamily();

  static Stream<NetworkConfiguration> customs() {
    return Stream.of(
        repvgg(List.of(3, 2), 4, Naming.TIMM),
        repvgg(List.of(1, 2), 2, Naming.OFFICIAL),
        repvgg(List.of(1, 1), 1, Naming.OFFICIAL),
        mobileone(3, Naming.TIMM),
        mobileone(1, Naming.OFFICIAL));
  }

  private static RepVGGConfiguration repvgg(List<Integer> blocks, int groups, Naming names) {
    return new RepVGGConfiguration(
        new BranchedSettings(2, 5, 17, 23, 8, blocks, List.of(8, 12), names), groups);
  }

  private static MobileOneConfiguration mobileone(int branches, Naming names) {
    return new MobileOneConfiguration(
        new BranchedSettings(1, 3, 15, 20, 6, List.of(2, 1), List.of(6, 10), names), branches);
  }

  private static Family familyOf(NetworkConfiguration network) {
    return network instanceof RepVGGConfiguration ? REPVGG : MOBILEONE;
  }

  private static Family.Guess guess(Family family, Map<String, Shape> tensors, Shape... image) {
    List<Family> knowing = Families.all().stream().filter(known -> known.knows(tensors)).toList();
    assertEquals(List.of(family.name()), knowing.stream().map(Family::name).toList());
    return family.guess(tensors, family.formOf(tensors.keySet()), Stream.of(image).findFirst());
  }

  @ParameterizedTest
  @CsvSource({
    "repvgg_a0,     9108968,  8309384",
    "repvgg_a1,    14092264, 12789864",
    "repvgg_b0,    15817960, 14339048",
    "repvgg_b1g4,  39966056, 36125416",
    "mobileone_s0,  5293272,  2078504",
    "mobileone_s1,  4825192,  4764840"
  })
  void publishedNetworkHasItsParameters(String name, long train, long deploy) {
    assertEquals(train, count(name, Form.TRAIN));
    assertEquals(deploy, count(name, Form.DEPLOY));
  }

  private static long count(String name, Form form) {
    return Parameters.trainable(
        Architecture.find(name)
            .configuration()
            .graph(form, GraphOptions.inference(DataType.FLOAT)));
  }

  static Stream<String> published() {
    return Stream.of(REPVGG, MOBILEONE)
        .flatMap(family -> family.configurations().keySet().stream());
  }

  @ParameterizedTest
  @MethodSource("published")
  void publishedNetworkIsFoundByItsTensors(String name) {
    Architecture known = Architecture.find(name);
    for (NetworkConfiguration network : inAllNames(known.configuration())) {
      for (Form form : Form.values()) {
        Map<String, Shape> tensors = OfficialTensors.of(network, form);

        Family.Guess guess = guess(known.family(), tensors);

        assertEquals(name, guess.name());
        assertEquals(network, guess.configuration());
        assertEquals(form, known.family().formOf(tensors.keySet()));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("customs")
  void fewBlocksTellTheSizeOfTheWholeNetwork(NetworkConfiguration network) {
    Architecture whole =
        new Architecture("custom", familyOf(network), network.withBlocks(List.of(5, 4)));

    Graph train = train(whole);

    assertEquals(
        new NetworkSize(sizeOf(train), sizeOf(Conversion.of(train).lowering().folded())),
        NetworkSize.measure(whole));
  }

  @ParameterizedTest
  @MethodSource("customs")
  void foldsAndOfficialDeployNetworkHaveTheSameNodes(NetworkConfiguration network) {
    Architecture architecture = new Architecture("custom", familyOf(network), network);

    Graph folded =
        Conversion.of(train(architecture), familyOf(network).officialFolds(), Effort.NONE).folded();

    Graph loaded = architecture.graph(Form.DEPLOY, GraphStateDict.of(folded));
    assertEquals(Set.copyOf(loaded.nodes()), Set.copyOf(folded.nodes()));
  }

  private static Graph train(Architecture architecture) {
    ComputationGraph network = architecture.build(GraphOptions.inference(DataType.FLOAT));
    return new Dl4jReader().read(network).graph();
  }

  private static FormSize sizeOf(Graph graph) {
    return new FormSize(graph.parameterCount(), GraphSummary.of(graph).flops());
  }

  private static List<NetworkConfiguration> inAllNames(NetworkConfiguration network) {
    return Stream.of(Naming.values())
        .<NetworkConfiguration>map(((BranchedConfiguration<?>) network)::named)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("customs")
  void customNetworkIsFoundByItsTensors(NetworkConfiguration network) {
    for (Form form : Form.values()) {
      Map<String, Shape> tensors = OfficialTensors.of(network, form);

      Family.Guess guess =
          guess(
              familyOf(network),
              tensors,
              Shape.of(
                  Shape.UNKNOWN,
                  network.inChannels(),
                  network.imageHeight(),
                  network.imageWidth()));

      assertEquals(tensors, OfficialTensors.of(guess.configuration(), form));
      assertEquals(network.imageHeight(), guess.configuration().imageHeight());
      assertEquals(network.imageWidth(), guess.configuration().imageWidth());
      if (form == Form.TRAIN) {
        assertEquals(network, guess.configuration());
      }
    }
  }

  @Test
  void unknownImageSizeIsSaidToBeTheUsualOne() {
    Family.Guess guess =
        guess(MOBILEONE, OfficialTensors.of(mobileone(2, Naming.TIMM), Form.TRAIN));

    assertEquals(224, guess.configuration().imageHeight());
    assertTrue(guess.reason().contains("taken to be 224x224"), guess.reason());
    assertTrue(guess.reason().contains("2 branches"), guess.reason());
  }

  @Test
  void publishedNetworkOnOtherImagesKeepsItsName() {
    Map<String, Shape> tensors =
        OfficialTensors.of(Architecture.find("repvgg_a1").configuration(), Form.TRAIN);

    Family.Guess guess = guess(REPVGG, tensors, Shape.of(1, 3, 320, 256));

    assertEquals("repvgg_a1 for images of 320x256", guess.name());
    assertEquals(256, guess.configuration().imageWidth());
  }

  @Test
  void missingTensorDoesNotHideThePublishedName() {
    for (String name : List.of("repvgg_b1g4", "mobileone_s0")) {
      Architecture known = Architecture.find(name);
      Map<String, Shape> tensors =
          new LinkedHashMap<>(OfficialTensors.of(known.configuration(), Form.TRAIN));
      tensors.remove("stages.2.1.identity.weight");

      assertEquals(name, guess(known.family(), tensors).name());
    }
  }

  @Test
  void networkWithoutItsClassifierIsRefused() {
    Map<String, Shape> tensors =
        new LinkedHashMap<>(
            OfficialTensors.of(repvgg(List.of(1, 2), 2, Naming.OFFICIAL), Form.TRAIN));
    tensors.remove("linear.weight");

    BadInputException error = assertThrows(BadInputException.class, () -> guess(REPVGG, tensors));

    assertTrue(error.getMessage().contains("'linear.weight'"), error.getMessage());
    assertTrue(error.getMessage().contains("--arch"), error.getMessage());
  }

  @Test
  void statedNetworkTakesTheNamesOfTheTensors(@TempDir Path folder) {
    RepVGGConfiguration official = repvgg(List.of(1, 2), 2, Naming.OFFICIAL);
    Path file = folder.resolve("official.safetensors");
    SafetensorsWriter.write(
        new Safetensors(zeros(OfficialTensors.of(official, Form.DEPLOY)), Map.of()), file, false);

    PretrainedNetwork read =
        PretrainedNetwork.read(
            file,
            Optional.of(new Architecture("stated", REPVGG, official.named(Naming.TIMM))),
            Optional.empty());

    assertEquals(official, read.architecture().configuration());
    assertEquals(Form.DEPLOY, read.form());
    assertEquals(
        OfficialTensors.of(official, Form.DEPLOY).keySet(),
        GraphStateDict.of(read.model().graph()).keySet());
  }

  private static Map<String, Tensor> zeros(Map<String, Shape> shapes) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    shapes.forEach(
        (name, shape) ->
            tensors.put(name, Tensor.of(shape, new float[Math.toIntExact(shape.elements())])));
    return tensors;
  }

  @ParameterizedTest
  @MethodSource("customs")
  void configurationIsWrittenAndReadAsJson(NetworkConfiguration network, @TempDir Path folder)
      throws IOException {
    Architecture architecture = new Architecture("custom", familyOf(network), network);
    Path file = folder.resolve("net.json");
    Files.writeString(file, architecture.toJson());

    assertEquals(network, Architecture.find(file.toString()).configuration());
  }

  static Stream<List<String>> mistakes() {
    return Stream.of(
        List.of("\"groups\":4", "\"groups\":5", "stage 0: groups must divide channels"),
        List.of("[3,2]", "[3]", "channels: expected one value for each of 1 stages"),
        List.of("[3,2]", "[]", "blocks: expected at least one stage"),
        List.of("[3,2]", "[3,0]", "blocks: expected a positive number, found 0"),
        List.of("\"timm\"", "\"tim\"", "[official, timm]"),
        List.of("\"timm\"", "null", "names: expected timm or official"),
        List.of("\"names\":\"timm\"", "\"name\":\"timm\"", "'names'"),
        List.of("\"groups\":4", "\"groups\":4,\"group\":4", "unknown setting group; known:"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistakeInJsonIsNamed(List<String> mistake, @TempDir Path folder) throws IOException {
    String json =
        new Architecture("custom", REPVGG, repvgg(List.of(3, 2), 4, Naming.TIMM)).toJson();
    assertTrue(json.contains(mistake.get(0)), json);
    Path file = folder.resolve("net.json");
    Files.writeString(file, json.replace(mistake.get(0), mistake.get(1)));

    BadInputException error =
        assertThrows(BadInputException.class, () -> Architecture.find(file.toString()));

    assertTrue(error.getMessage().startsWith(file.toString()), error.getMessage());
    assertTrue(error.getMessage().contains(mistake.get(2)), error.getMessage());
  }
}
