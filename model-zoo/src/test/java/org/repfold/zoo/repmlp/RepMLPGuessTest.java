package org.repfold.zoo.repmlp;

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
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.zoo.Family;
import org.repfold.zoo.Form;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.repmlpnet.RepMLPNetFamily;

class RepMLPGuessTest {
  private static final RepMLPFamily FAMILY = new RepMLPFamily();
  private static final RepMLPResNetConfiguration SMALL = RepMLPResNetsTest.SMALL;

  private static Family.Guess guess(Map<String, Shape> tensors, Optional<Shape> image) {
    assertTrue(FAMILY.knows(tensors));
    return FAMILY.guess(tensors, FAMILY.formOf(tensors.keySet()), image);
  }

  private static Family.Guess guess(RepMLPResNetConfiguration net, Form form) {
    return guess(OfficialTensors.of(net, form), Optional.empty());
  }

  private static String refusal(Map<String, Shape> tensors) {
    return assertThrows(BadInputException.class, () -> guess(tensors, Optional.empty()))
        .getMessage();
  }

  private static RepMLPResNetConfiguration resNet(int image, UnitKind unit) {
    return new RepMLPResNetConfiguration(
        3,
        5,
        image,
        image,
        16,
        7,
        2,
        true,
        List.of(1, 2, 3),
        List.of(32, 64, 96),
        unit,
        List.of(2, 3),
        unit == UnitKind.LIGHT ? List.of() : List.of(2, 3),
        2,
        2,
        2,
        List.of(1, 3),
        1);
  }

  static Stream<Arguments> published() {
    return RepMLPResNets.all().keySet().stream()
        .flatMap(name -> Stream.of(Form.values()).map(form -> Arguments.of(name, form)));
  }

  @ParameterizedTest
  @MethodSource("published")
  void publishedNetworksAreFoundByName(String name, Form form) {
    RepMLPResNetConfiguration net = RepMLPResNets.all().get(name);
    Map<String, Shape> tensors = OfficialTensors.of(net, form);

    assertEquals(form, FAMILY.formOf(tensors.keySet()));
    assertEquals(name, guess(net, form).name());
    assertTrue(!new RepMLPNetFamily().knows(tensors));
  }

  static Stream<Arguments> custom() {
    return Stream.of(32, 64, 96)
        .flatMap(
            image ->
                Stream.of(UnitKind.values())
                    .flatMap(
                        unit ->
                            Stream.of(Form.values()).map(form -> Arguments.of(image, unit, form))));
  }

  @ParameterizedTest
  @MethodSource("custom")
  void resNetStemAndSquarePartitionsAreAssumed(int image, UnitKind unit, Form form) {
    RepMLPResNetConfiguration net = resNet(image, unit);

    Family.Guess guess = guess(net, form);

    RepMLPResNetConfiguration found = (RepMLPResNetConfiguration) guess.configuration();
    assertEquals(image, found.imageHeight());
    assertEquals(image, found.imageWidth());
    assertEquals(2, found.height());
    assertEquals(OfficialTensors.of(net, form), OfficialTensors.of(found, form));
    assertTrue(guess.reason().contains("partitions are square"), guess.reason());
    assertTrue(guess.reason().contains("images of %dx%d".formatted(image, image)), guess.reason());
  }

  @Test
  void otherStemsAreAmbiguousAndTheCandidatesListed() {
    RepMLPResNetConfiguration demo = RepMLPResNets.all().get("repmlp_demo");
    Map<String, Shape> tensors = new LinkedHashMap<>(OfficialTensors.of(demo, Form.TRAIN));
    tensors.put("linear.weight", Shape.of(37, tensors.get("linear.weight").dimension(1)));
    tensors.put("linear.bias", Shape.of(37));

    String message = refusal(tensors);

    assertTrue(
        message.contains(
            "images of 28x28 with partitions of 7x7 and a stem of stride 2 without a pool"),
        message);
    assertTrue(message.contains("images of 14x14"), message);
    assertTrue(message.contains("--arch"), message);
    assertTrue(message.contains("\"family\":\"repmlp\""), message);
  }

  @Test
  void knownImageSizeDecides() {
    Map<String, Shape> tensors = OfficialTensors.of(resNet(64, UnitKind.LIGHT), Form.TRAIN);

    Family.Guess guess = guess(tensors, Optional.of(Shape.of(Shape.UNKNOWN, 3, 64, 64)));

    assertEquals(64, guess.configuration().imageHeight());
  }

  @Test
  void imagesThatNoStemFitsAreRefused() {
    Map<String, Shape> tensors = OfficialTensors.of(SMALL, Form.TRAIN);

    BadInputException error =
        assertThrows(
            BadInputException.class,
            () -> guess(tensors, Optional.of(Shape.of(Shape.UNKNOWN, 3, 17, 64))));

    assertTrue(error.getMessage().contains("--arch net.json must state them"));
  }

  @Test
  void everyNetworkIsAmongItsCandidates() {
    for (Form form : Form.values()) {
      RepMLPTraits traits = RepMLPTraits.of(OfficialTensors.of(SMALL, form));
      RepMLPSizes sizes = new RepMLPSizes(2, false, 16, 32, 2, 4);

      assertEquals(RepMLPTraits.of(SMALL, form), traits);
      assertTrue(RepMLPSizes.of(traits).contains(sizes));
      assertTrue(RepMLPSizes.of(traits, 16, 32).contains(sizes));
      assertEquals(OfficialTensors.of(SMALL, form), OfficialTensors.of(traits.with(sizes), form));
    }
  }

  @Test
  void missingTensorDoesNotHideThePublishedName() {
    Map<String, Shape> tensors =
        new LinkedHashMap<>(
            OfficialTensors.of(RepMLPResNets.all().get("repmlp_res50_light_224"), Form.TRAIN));
    tensors.remove("stage3.4.light_repmlp.fc3_bn.weight");
    tensors.remove("linear.bias");

    assertEquals("repmlp_res50_light_224", guess(tensors, Optional.empty()).name());
  }

  @Test
  void stagesOfDifferentPartitionsAreRefused() {
    Map<String, Shape> tensors = new LinkedHashMap<>(OfficialTensors.of(SMALL, Form.TRAIN));
    tensors.put("stage2.1.btnk_repmlp.fc3.weight", Shape.of(2 * 9, 9, 1, 1));

    String message = refusal(tensors);

    assertTrue(message.contains("positions of a partition"), message);
  }

  @Test
  void channelsOfNoReductionAreRefused() {
    Map<String, Shape> tensors =
        new LinkedHashMap<>(OfficialTensors.of(resNet(64, UnitKind.BOTTLENECK), Form.TRAIN));
    tensors.put("stage2.1.btnk_conv2.conv.weight", Shape.of(7, 16, 3, 3));
    tensors.put("stage2.1.btnk_repmlp.fc3.weight", Shape.of(28, 14, 1, 1));
    tensors.put("stage2.1.btnk_repmlp.fc1_fc2.fc1.weight", Shape.of(112, 112));

    String message = refusal(tensors);

    assertTrue(message.contains("bottleneck's 16"), message);
  }

  @Test
  void emptyAndMissingTensorsAreNamed() {
    for (String name :
        List.of(
            "stage0.0.conv.weight",
            "linear.weight",
            "stage2.1.btnk_conv2.conv.weight",
            "stage2.1.btnk_repmlp.fc3.weight",
            "stage1.0.btnk_conv5.conv.weight")) {
      Map<String, Shape> tensors = new LinkedHashMap<>(OfficialTensors.of(SMALL, Form.TRAIN));
      tensors.put(name, Shape.of(0, 0, 1, 1));
      assertTrue(refusal(tensors).contains("'" + name + "'"), refusal(tensors));
      tensors.remove(name);
      assertTrue(refusal(tensors).contains("'" + name + "'"), refusal(tensors));
    }
  }

  @Test
  void blockWithoutANetworkIsRefused() {
    Map<String, Shape> tensors = Map.of("light_repmlp.fc3.weight", Shape.of(8, 8, 1, 1));

    assertTrue(refusal(tensors).contains("'stage1.0'"), refusal(tensors));
  }
}
