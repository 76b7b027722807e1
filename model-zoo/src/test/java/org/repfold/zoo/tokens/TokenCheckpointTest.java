package org.repfold.zoo.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.zoo.Closeness.assertClose;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
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
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.catalog.PretrainedNetwork;
import org.repfold.zoo.gmlp.GmlpFamily;
import org.repfold.zoo.mixer.MixerConfiguration;
import org.repfold.zoo.mixer.MixerFamily;
import org.repfold.zoo.resmlp.ResMlpFamily;

/** Networks are told from the names and shapes of their tensors. */
class TokenCheckpointTest {
  private static final double DOUBLE_TOLERANCE = 1e-12;

  @ParameterizedTest
  @MethodSource("org.repfold.zoo.tokens.TinyNetworks#all")
  void aCheckpointIsReadWithoutBeingTold(
      String name, NetworkConfiguration configuration, @TempDir Path folder) throws IOException {
    Golden golden = Golden.read(name);
    Path file = folder.resolve(name + ".safetensors");
    SafetensorsWriter.write(new Safetensors(golden.tensorsOf("train."), Map.of()), file, false);

    assertIsRead(file, golden, configuration);
  }

  @Test
  void aFileOfPyTorchIsReadWithoutBeingTold() throws Exception {
    Path file = Path.of(getClass().getResource("/golden/resmlp_tiny.pth").toURI());

    assertIsRead(file, Golden.read("resmlp_tiny"), TinyNetworks.RESMLP);
  }

  private static void assertIsRead(Path file, Golden golden, NetworkConfiguration configuration) {
    PretrainedNetwork found = PretrainedNetwork.read(file, Optional.empty(), Optional.empty());
    assertEquals(configuration, found.architecture().configuration());
    assertTrue(found.remarks().get(0).contains("16 tokens"), found.remarks().toString());
    assertClose(
        golden.tensor("y_exact"),
        new ReferenceExecutor(found.model().graph(), ElementType.FLOAT64).run(golden.tensor("x")),
        DOUBLE_TOLERANCE);
  }

  /** As DeiT's repository has ResMLP. */
  @Test
  void checkpointOfTheOfficialCodeOfResMlpIsReadAsTheSameNetwork(@TempDir Path folder) {
    Golden golden = Golden.read("resmlp_tiny");
    Map<String, Tensor> official = new LinkedHashMap<>();
    golden
        .tensorsOf("train.")
        .forEach(
            (name, tensor) -> {
              boolean isAffine = name.endsWith(".alpha") || name.endsWith(".beta");
              official.put(
                  name.replace("stem.", "patch_embed.")
                      .replace("linear_tokens.", "attn.")
                      .replace("mlp_channels.", "mlp.")
                      .replace("ls", "gamma_"),
                  isAffine ? tensor.reshape(Shape.of(tensor.size())) : tensor);
            });
    assertTrue(official.keySet().containsAll(List.of("blocks.1.gamma_2", "blocks.0.attn.bias")));
    Path file = folder.resolve("resmlp.safetensors");
    SafetensorsWriter.write(new Safetensors(official, Map.of()), file, false);

    PretrainedNetwork found = PretrainedNetwork.read(file, Optional.empty(), Optional.empty());

    assertEquals("names of the official code of ResMLP, read as timm's", found.remarks().get(0));
    assertClose(
        golden.tensor("y_exact"),
        new ReferenceExecutor(found.model().graph(), ElementType.FLOAT64).run(golden.tensor("x")),
        DOUBLE_TOLERANCE);
  }

  static Stream<Family> families() {
    return Stream.of(new MixerFamily(), new ResMlpFamily(), new GmlpFamily());
  }

  @ParameterizedTest
  @MethodSource("families")
  void publishedNetworksAreFoundByName(Family family) {
    family
        .configurations()
        .forEach(
            (name, network) -> {
              Map<String, Shape> tensors = OfficialTensors.of(network, Form.TRAIN);
              assertTrue(family.knows(tensors));
              assertEquals(1, families().filter(other -> other.knows(tensors)).count(), name);
              Family.Guess guess = family.guess(tensors, Form.TRAIN, Optional.empty());
              assertEquals(name, guess.name());
              assertEquals(network, guess.configuration());
            });
  }

  @Test
  void otherSizesMakeACustomNetwork() {
    MixerConfiguration net =
        new MixerConfiguration(new TokenSettings(1, 7, 24, 24, 4, 3, 10), 5, 9);

    Family.Guess guess = guess(net, Optional.empty());

    assertEquals("a custom MLP-Mixer", guess.name());
    assertEquals(net, guess.configuration());
    assertEquals(
        "3 blocks of 10 channels, 36 tokens, one for each patch of 4x4 in 1 channels, 7 classes;"
            + " images of 24x24, the square of as many patches",
        guess.reason());
  }

  @Test
  void patchesThatMakeNoSquareAreAmbiguousUnlessTheImageIsKnown() {
    MixerConfiguration net = new MixerConfiguration(new TokenSettings(1, 7, 12, 8, 4, 3, 10), 5, 9);

    BadInputException error =
        assertThrows(BadInputException.class, () -> guess(net, Optional.empty()));
    assertTrue(error.getMessage().contains("6 tokens"), error.getMessage());
    assertTrue(error.getMessage().contains("--arch net.json"), error.getMessage());
    assertEquals(net, guess(net, Optional.of(Shape.of(Shape.UNKNOWN, 1, 12, 8))).configuration());
  }

  @Test
  void aMissingTensorIsNamed() {
    Map<String, Shape> tensors =
        new LinkedHashMap<>(OfficialTensors.of(TinyNetworks.MIXER, Form.TRAIN));
    tensors.remove("stem.proj.weight");

    BadInputException error =
        assertThrows(
            BadInputException.class,
            () -> new MixerFamily().guess(tensors, Form.TRAIN, Optional.empty()));
    assertTrue(error.getMessage().contains("'stem.proj.weight'"), error.getMessage());
  }

  @Test
  void patchesThatAreNotSquareAreRefused() {
    Map<String, Shape> tensors =
        new LinkedHashMap<>(OfficialTensors.of(TinyNetworks.MIXER, Form.TRAIN));
    tensors.put("stem.proj.weight", Shape.of(24, 3, 8, 4));

    BadInputException error =
        assertThrows(
            BadInputException.class,
            () -> new MixerFamily().guess(tensors, Form.TRAIN, Optional.empty()));
    assertTrue(error.getMessage().contains("8 x 4"), error.getMessage());
  }

  private static Family.Guess guess(MixerConfiguration net, Optional<Shape> image) {
    return new MixerFamily().guess(OfficialTensors.of(net, Form.TRAIN), Form.TRAIN, image);
  }
}
