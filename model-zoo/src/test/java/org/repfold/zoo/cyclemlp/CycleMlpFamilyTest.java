package org.repfold.zoo.cyclemlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.zoo.Closeness.assertClose;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsWriter;
import org.repfold.zoo.Family;
import org.repfold.zoo.Form;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.Parameters;
import org.repfold.zoo.StateDict;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.catalog.PretrainedNetwork;

/** CycleMLP's configurations, and how they are told from checkpoints. */
class CycleMlpFamilyTest {
  private static final double DOUBLE_TOLERANCE = 1e-12;

  /** How far the deviation of some hundreds of samples strays from the one drawn with. */
  private static final double SAMPLING = 0.1;

  private static final GraphOptions OPTIONS = GraphOptions.inference(DataType.FLOAT);
  private static final CycleMlpConfiguration TINY = CycleMlpGoldenTest.TINY;
  private static final Golden GOLDEN = Golden.read("cyclemlp_tiny");

  private final CycleMlpFamily family = new CycleMlpFamily();

  @ParameterizedTest
  @CsvSource({
    "cyclemlp_b1, 15155400",
    "cyclemlp_b2, 26802504",
    "cyclemlp_b3, 38385720",
    "cyclemlp_b4, 51796552",
    "cyclemlp_b5, 75747280"
  })
  void publishedConfigurationHasItsPublishedParameterCount(String name, long expected) {
    NetworkConfiguration network = Architecture.find(name).configuration();
    assertEquals(expected, Parameters.trainable(network.graph(Form.TRAIN, OPTIONS)));
  }

  @Test
  void officialTensorsAreThoseOfTheOfficialCode() {
    Map<String, Shape> expected = OfficialTensors.of(TINY, Form.TRAIN);

    assertEquals(GOLDEN.train().keySet(), expected.keySet());
    GOLDEN
        .tensorsOf("train.")
        .forEach((tensor, values) -> assertEquals(values.shape(), expected.get(tensor), tensor));
  }

  @Test
  void publishedNetworksAreFoundByName() {
    family
        .configurations()
        .forEach(
            (name, network) -> {
              Map<String, Shape> tensors = OfficialTensors.of(network, Form.TRAIN);
              assertTrue(family.knows(tensors));
              Family.Guess guess = family.guess(tensors, Form.TRAIN, Optional.empty());
              assertEquals(name, guess.name());
              assertEquals(network, guess.configuration());
            });
  }

  @Test
  void aKnownImageOfAnotherSizeMakesACustomNetwork() {
    CycleMlpConfiguration b1 = (CycleMlpConfiguration) family.configurations().get("cyclemlp_b1");
    Map<String, Shape> tensors = OfficialTensors.of(b1, Form.TRAIN);

    Family.Guess guess =
        family.guess(tensors, Form.TRAIN, Optional.of(Shape.of(Shape.UNKNOWN, 3, 96, 128)));

    assertEquals("a custom CycleMLP", guess.name());
    assertEquals(b1.withImage(96, 128), guess.configuration());
  }

  @Test
  void everythingButTheImageIsToldFromTheTensors() {
    CycleMlpConfiguration net =
        new CycleMlpConfiguration(
            1,
            7,
            224,
            224,
            List.of(2, 1, 3),
            List.of(6, 9, 9),
            List.of(2.5, 1.7, 49 / 9.0),
            List.of(true, false),
            1,
            false);

    Family.Guess guess = guess(net);

    assertEquals(
        OfficialTensors.of(net, Form.TRAIN), OfficialTensors.of(guess.configuration(), Form.TRAIN));
    assertEquals("a custom CycleMLP", guess.name());
    assertEquals(
        "[2, 1, 3] blocks of [6, 9, 9] channels, [15, 15, 49] hidden, images of 1 channels,"
            + " 7 classes; images of 224x224, as they may be of any size",
        guess.reason());
  }

  @Test
  void aPyramidIsToldFromItsNorms() {
    CycleMlpConfiguration b1 = (CycleMlpConfiguration) family.configurations().get("cyclemlp_b1");

    assertEquals(b1.asPyramid(), guess(b1.asPyramid()).configuration());
  }

  private Family.Guess guess(CycleMlpConfiguration net) {
    return family.guess(OfficialTensors.of(net, Form.TRAIN), Form.TRAIN, Optional.empty());
  }

  @Test
  void aMissingTensorIsNamed() {
    Map<String, Shape> tensors = new LinkedHashMap<>(OfficialTensors.of(TINY, Form.TRAIN));
    tensors.remove("patch_embed.proj.weight");

    BadInputException error =
        assertThrows(
            BadInputException.class, () -> family.guess(tensors, Form.TRAIN, Optional.empty()));
    assertTrue(error.getMessage().contains("'patch_embed.proj.weight'"), error.getMessage());
  }

  @Test
  void aCheckpointIsReadWithoutBeingTold(@TempDir Path folder) {
    Path file = folder.resolve("tiny.safetensors");
    write(file, GOLDEN.tensorsOf("train."));

    PretrainedNetwork found = PretrainedNetwork.read(file, Optional.empty(), Optional.empty());
    assertEquals(TINY.withImage(224, 224), found.architecture().configuration());

    assertReproduces(PretrainedNetwork.read(file, Optional.of(stated(folder)), Optional.empty()));
  }

  @Test
  void aFileOfPyTorchIsReadToo(@TempDir Path folder) throws Exception {
    Path file = Path.of(getClass().getResource("/golden/cyclemlp_tiny.pth").toURI());

    assertReproduces(PretrainedNetwork.read(file, Optional.of(stated(folder)), Optional.empty()));
  }

  /** The golden network as a user states it: in a file, with the size of its images. */
  private static Architecture stated(Path folder) {
    Path file = folder.resolve("net.json");
    try {
      Files.writeString(
          file,
          """
          {"family": "cyclemlp", "inChannels": 3, "classes": 10, "imageHeight": 32,
           "imageWidth": 32, "blocks": [1, 2], "channels": [12, 20], "mlpRatios": [4, 4],
           "transitions": [true], "skipLambda": 1, "pyramid": false}
          """);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return Architecture.find(file.toString());
  }

  private static void assertReproduces(PretrainedNetwork network) {
    assertClose(
        GOLDEN.tensor("y_exact"),
        new ReferenceExecutor(network.model().graph(), ElementType.FLOAT64).run(GOLDEN.tensor("x")),
        DOUBLE_TOLERANCE);
  }

  @Test
  void offsetsOfAnotherStaircaseAreRefusedInOneLine(@TempDir Path folder) {
    Path file = folder.resolve("tiny.safetensors");
    Map<String, Tensor> tensors = GOLDEN.tensorsOf("train.");
    String name = "network.2.1.attn.sfc_w.offset";
    double[] offset = tensors.get(name).toDoubles();
    offset[2] = 2;
    tensors.put(name, Tensor.of(tensors.get(name).shape(), offset));
    write(file, tensors);

    BadInputException error =
        assertThrows(
            BadInputException.class,
            () -> PretrainedNetwork.read(file, Optional.empty(), Optional.empty()));
    assertEquals(
        file
            + ": tensor 'network.2.1.attn.sfc_w.offset': expected 1.0 as element 2, as the"
            + " architecture says, found 2.0",
        error.getMessage());
  }

  @Test
  void missingOffsetsAreRefused(@TempDir Path folder) {
    Path file = folder.resolve("tiny.safetensors");
    Map<String, Tensor> tensors = GOLDEN.tensorsOf("train.");
    tensors.remove("network.0.0.attn.sfc_h.offset");
    write(file, tensors);

    BadInputException error =
        assertThrows(
            BadInputException.class,
            () -> PretrainedNetwork.read(file, Optional.empty(), Optional.empty()));
    assertTrue(
        error.getMessage().endsWith("missing network.0.0.attn.sfc_h.offset"), error.getMessage());
  }

  private static void write(Path file, Map<String, Tensor> tensors) {
    SafetensorsWriter.write(new Safetensors(tensors, Map.of()), file, false);
  }

  @Test
  void initialWeightsAreThoseOfTheOfficialCode() {
    ComputationGraph graph =
        new Architecture("tiny", family, TINY).build(GraphOptions.inference(DataType.DOUBLE));
    Map<String, INDArray> weights = StateDict.of(graph);

    assertDeviation(0.02, weights.get("network.2.0.mlp.fc1.weight"));
    assertDeviation(0.02, weights.get("network.2.0.attn.sfc_h.weight"));
    assertEquals(0, weights.get("network.2.0.attn.sfc_h.bias").amaxNumber().doubleValue());
    assertEquals(0, weights.get("head.bias").amaxNumber().doubleValue());
    double bound = 1 / Math.sqrt(3 * 7 * 7);
    assertDeviation(bound / Math.sqrt(3), weights.get("patch_embed.proj.weight"));
    assertTrue(weights.get("patch_embed.proj.weight").amaxNumber().doubleValue() <= bound);
    assertTrue(weights.get("network.1.proj.bias").amaxNumber().doubleValue() > 0);
    assertEquals(20, weights.get("norm.weight").sumNumber().doubleValue());
  }

  private static void assertDeviation(double expected, INDArray values) {
    assertEquals(expected, values.stdNumber(false).doubleValue(), SAMPLING * expected);
  }

  @Test
  void branchesAreDividedWhereThatIsStated() {
    CycleMlpConfiguration divided =
        new CycleMlpConfiguration(
            3, 10, 32, 32, List.of(1), List.of(12), List.of(4.0), List.of(), 2.5, false);

    assertTrue(
        divided.graph(Form.TRAIN, OPTIONS).getVertices().containsKey("network.0.0.add1.skip_lam"));
    assertFalse(
        TINY.graph(Form.TRAIN, OPTIONS).getVertices().containsKey("network.0.0.add1.skip_lam"));
  }

  @Test
  void stochasticDepthGrowsFromTheFirstBlockToTheLast() {
    assertEquals(0, TINY.dropPathShare(0));
    assertEquals(0.5, TINY.dropPathShare(1));
    assertEquals(1, TINY.dropPathShare(2));
  }

  @Test
  void settingsThatMakeNoNetworkAreRefusedByName() {
    assertRefused(
        "stage 0: expected a transition from 12 to 20 channels, found none",
        () -> net(10, List.of(1, 2), List.of(12, 20), List.of(false), 1, false));
    assertRefused(
        "transitions: expected one value for each of 2 stages but the last, found [true, true]",
        () -> net(10, List.of(1, 2), List.of(12, 20), List.of(true, true), 1, false));
    assertRefused(
        "channels: expected one value for each of 2 stages, found [12]",
        () -> net(10, List.of(1, 2), List.of(12), List.of(true), 1, false));
    assertRefused(
        "channels: expected at least 4, found 3",
        () -> net(10, List.of(1, 2), List.of(3, 20), List.of(true), 1, false));
    assertRefused(
        "skipLambda: expected a positive number, found 0.0",
        () -> net(10, List.of(1, 2), List.of(12, 20), List.of(true), 0, false));
    assertRefused(
        "classes: expected 0 of a pyramid, found 10",
        () -> net(10, List.of(1, 2), List.of(12, 20), List.of(true), 1, true));
    assertRefused(
        "pyramid: expected 4 stages with transitions between all, found 2 with [true]",
        () -> net(0, List.of(1, 2), List.of(12, 20), List.of(true), 1, true));
    assertRefused(
        "the official code of CycleMLP has no deploy form, only its train form",
        () -> TINY.graph(Form.DEPLOY, OPTIONS));
    assertRefused("imageHeight: expected at least 3, found 2", () -> TINY.withImage(2, 32));
  }

  private static CycleMlpConfiguration net(
      int classes,
      List<Integer> blocks,
      List<Integer> channels,
      List<Boolean> transitions,
      double skipLambda,
      boolean pyramid) {
    return new CycleMlpConfiguration(
        3, classes, 32, 32, blocks, channels, List.of(4.0, 4.0), transitions, skipLambda, pyramid);
  }

  private static void assertRefused(String message, Runnable code) {
    BadInputException error = assertThrows(BadInputException.class, code::run);
    assertEquals(message, error.getMessage());
  }
}
