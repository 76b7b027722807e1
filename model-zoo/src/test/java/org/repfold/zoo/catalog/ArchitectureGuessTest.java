package org.repfold.zoo.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.zoo.Form;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.repmlpnet.RepMLPNetConfiguration;
import org.repfold.zoo.repmlpnet.RepMLPNetFamily;
import org.repfold.zoo.repmlpnet.RepMLPNetGoldenTest;
import org.repfold.zoo.repmlpnet.RepMLPNets;

class ArchitectureGuessTest {

  private static RepMLPNetConfiguration net(
      int height, int width, List<Integer> heights, List<Integer> widths, int classes) {
    return new RepMLPNetConfiguration(
        1,
        classes,
        height,
        width,
        4,
        2,
        List.of(2, 1),
        List.of(12, 20),
        heights,
        widths,
        List.of(3, 20),
        List.of(5, 1),
        3);
  }

  private static ArchitectureGuess guess(RepMLPNetConfiguration net, Form form) {
    return ArchitectureGuess.of(OfficialTensors.of(net, form), Optional.empty());
  }

  private static String refusal(Map<String, Shape> tensors) {
    return assertThrows(
            BadInputException.class, () -> ArchitectureGuess.of(tensors, Optional.empty()))
        .getMessage();
  }

  static Stream<String> published() {
    return RepMLPNets.all().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("published")
  void publishedNetworksAreFoundByName(String name) {
    for (Form form : Form.values()) {
      assertEquals(name, guess(RepMLPNets.named(name), form).architecture().name());
    }
  }

  @Test
  void networkOfSquareWholeMapsIsFound() {
    RepMLPNetConfiguration net = net(32, 16, List.of(8, 4), List.of(8, 4), 7);

    ArchitectureGuess guess = guess(net, Form.TRAIN);

    assertSameTensors(net, configuration(guess.architecture()));
    assertEquals(32, guess.architecture().configuration().imageHeight());
    assertEquals(16, guess.architecture().configuration().imageWidth());
    assertEquals(List.of(8, 4), configuration(guess.architecture()).heights());
    assertTrue(guess.reason().contains("square"), guess.reason());
  }

  private static RepMLPNetConfiguration configuration(Architecture architecture) {
    return (RepMLPNetConfiguration) architecture.configuration();
  }

  private static void assertSameTensors(
      RepMLPNetConfiguration expected, RepMLPNetConfiguration found) {
    assertEquals(OfficialTensors.of(expected, Form.TRAIN), OfficialTensors.of(found, Form.TRAIN));
  }

  @Test
  void missingTensorDoesNotHideThePublishedName() {
    Map<String, Shape> tensors =
        new LinkedHashMap<>(OfficialTensors.of(RepMLPNets.named("repmlpnet_d256"), Form.TRAIN));
    tensors.remove("head_norm.weight");

    assertEquals(
        "repmlpnet_d256", ArchitectureGuess.of(tensors, Optional.empty()).architecture().name());
  }

  @Test
  void otherNumberOfClassesLeavesTheImageSize() {
    RepMLPNetConfiguration t = RepMLPNets.named("repmlpnet_t256");
    Map<String, Shape> tensors = new LinkedHashMap<>(OfficialTensors.of(t, Form.TRAIN));
    tensors.put("head.weight", Shape.of(37, 512));
    tensors.put("head.bias", Shape.of(37));

    Architecture found = ArchitectureGuess.of(tensors, Optional.empty()).architecture();

    assertEquals(37, configuration(found).classes());
    assertEquals(256, configuration(found).imageHeight());
    assertEquals(List.of(64, 32, 16, 8), configuration(found).heights());
  }

  @Test
  void severalPartitionsAreAmbiguousAndTheCandidatesListed() {
    String message = refusal(OfficialTensors.of(RepMLPNetGoldenTest.TINY, Form.TRAIN));

    assertTrue(message.contains("--arch"), message);
    assertTrue(message.contains("images of 32x32 with partitions 4x4, 4x4"), message);
    assertTrue(message.contains("images of 64x64"), message);
    assertTrue(message.contains("\"family\":\"repmlpnet\""), message);
  }

  @Test
  void mapsThatAreNotSquareAreAmbiguous() {
    String message =
        refusal(OfficialTensors.of(net(32, 32, List.of(8, 4), List.of(16, 8), 7), Form.TRAIN));

    assertTrue(message.contains("partitions 8x16, 4x8"), message);
    assertTrue(message.contains("partitions 16x8, 8x4"), message);
  }

  @Test
  void knownImageSizeDecides() {
    RepMLPNetConfiguration net = net(32, 32, List.of(8, 4), List.of(16, 8), 7);

    ArchitectureGuess guess =
        ArchitectureGuess.of(
            OfficialTensors.of(net, Form.TRAIN), Optional.of(Shape.of(Shape.UNKNOWN, 1, 32, 32)));

    assertEquals(List.of(8, 4), configuration(guess.architecture()).heights());
    assertEquals(List.of(16, 8), configuration(guess.architecture()).widths());
  }

  @Test
  void wrongFamilyIsNamedByItsTensors() {
    String message = refusal(Map.of("layer1.0.conv1.weight", Shape.of(64, 64, 3, 3)));

    assertTrue(message.contains("layer1.0.conv1.weight"), message);
    assertTrue(message.contains("RepMLPNet"), message);
  }

  @Test
  void networkWithoutItsStemIsRefused() {
    Map<String, Shape> tensors =
        new LinkedHashMap<>(OfficialTensors.of(RepMLPNetGoldenTest.TINY, Form.TRAIN));
    tensors.remove("conv_embedding.conv.weight");

    String message = refusal(tensors);

    assertTrue(message.contains("'conv_embedding.conv.weight'"), message);
    assertTrue(message.contains("--arch"), message);
  }

  @Test
  void emptyTensorsAreRefused() {
    Map<String, Shape> tensors =
        new LinkedHashMap<>(OfficialTensors.of(RepMLPNetGoldenTest.TINY, Form.TRAIN));
    tensors.put("stages.0.0.repmlp_block.fc3.weight", Shape.of(0, 0, 1, 1));

    assertTrue(refusal(tensors).contains("fc3.weight"));
  }

  @Test
  void candidateAsJsonIsAnArchitectureFile() throws java.io.IOException {
    Architecture tiny = new Architecture("tiny", new RepMLPNetFamily(), RepMLPNetGoldenTest.TINY);
    java.nio.file.Path file = java.nio.file.Files.createTempFile("net", ".json");
    try {
      java.nio.file.Files.writeString(file, tiny.toJson());
      assertEquals(tiny.configuration(), Architecture.find(file.toString()).configuration());
    } finally {
      java.nio.file.Files.delete(file);
    }
  }
}
