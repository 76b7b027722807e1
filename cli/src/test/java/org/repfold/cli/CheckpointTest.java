package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.npy.Npy;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsReader;
import org.repfold.graph.safetensors.SafetensorsWriter;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.repmlpnet.RepMLPNetConfiguration;
import org.repfold.zoo.repmlpnet.RepMLPNetFamily;

/** Checkpoints in and out, with what the reference implementation computes. */
class CheckpointTest {
  /** Rounding of float64 in networks of a few thousand operations per value. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  /** Rounding of float32 in three blocks, relative to the largest output. */
  private static final double FLOAT_TOLERANCE = 1e-6;

  /** The reference folds in float32: a scale, and a sum of a few products, each rounded. */
  private static final double FOLDING_IN_FLOAT = 8 * 0x1p-24;

  private static final RepMLPNetConfiguration TINY =
      new RepMLPNetConfiguration(
          3,
          10,
          32,
          32,
          4,
          4,
          List.of(1, 2),
          List.of(16, 32),
          List.of(4, 4),
          List.of(4, 4),
          List.of(2, 8),
          List.of(1, 3),
          4);

  @TempDir Path folder;
  private Map<String, Tensor> golden;
  private Path architecture;

  @BeforeEach
  void readGolden() throws IOException {
    golden = SafetensorsReader.read(resource("golden.safetensors")).tensors();
    architecture =
        Files.writeString(
            folder.resolve("tiny.json"),
            new Architecture("tiny", new RepMLPNetFamily(), TINY).toJson());
  }

  private static Path resource(String name) {
    try {
      return Path.of(CheckpointTest.class.getResource("/checkpoints/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, Tensor> stateDict(String form) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    golden.forEach(
        (name, tensor) -> {
          if (name.startsWith(form + ".")) {
            tensors.put(name.substring(form.length() + 1), tensor);
          }
        });
    return tensors;
  }

  private Path write(String name, Map<String, Tensor> tensors) {
    Path file = folder.resolve(name);
    SafetensorsWriter.write(new Safetensors(tensors, Map.of("format", "pt")), file, true);
    return file;
  }

  /** The golden network in one kind of checkpoint. */
  private Path checkpoint(String kind) {
    return switch (kind) {
      case "pth" -> resource("training.pth");
      case "safetensors" -> write("train.safetensors", stateDict("train"));
      default -> write("official.safetensors", stateDict("deploy"));
    };
  }

  private Path convert(Path input, String output) {
    Path file = folder.resolve(output);
    CommandResult.of("convert", input, "-o", file, "--arch", architecture).assertDone();
    return file;
  }

  private void assertGives(Tensor expected, double tolerance, Path model, Object... options) {
    Path input = folder.resolve("x.npy");
    Path output = folder.resolve("y.npy");
    Npy.write(golden.get("x"), input, true);
    Object[] arguments = {"run", model, "--input", input, "--output", output, "--force"};
    Object[] all = Arrays.copyOf(arguments, arguments.length + options.length);
    System.arraycopy(options, 0, all, arguments.length, options.length);
    CommandResult.of(all).assertDone();
    double largest = Arrays.stream(expected.toDoubles()).map(Math::abs).max().orElseThrow();
    assertArrayEquals(
        expected.toDoubles(), Npy.read(output).toDoubles(), tolerance * largest, model.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pth", "safetensors"})
  void checkpointReproducesTheReferenceInDouble(String kind) {
    assertGives(
        golden.get("y_exact"),
        DOUBLE_TOLERANCE,
        checkpoint(kind),
        "--engine",
        "nd4j-f64",
        "--arch",
        architecture);
  }

  @Test
  void officialDeployFormComputesWhatTheReferencesDoes() {
    // The reference's own float32 weights, in float64: as far from the truth as they are.
    assertGives(
        golden.get("y_exact"), FLOAT_TOLERANCE, checkpoint("deploy"), "--arch", architecture);
  }

  @ParameterizedTest
  @CsvSource({
    "pth, onnx",
    "pth, zip",
    "safetensors, onnx",
    "safetensors, zip",
    "deploy, onnx",
    "deploy, zip"
  })
  void convertedCheckpointReproducesTheReference(String kind, String ending) throws IOException {
    Path deploy = convert(checkpoint(kind), "deploy." + ending);

    assertGives(golden.get("y_exact"), FLOAT_TOLERANCE, deploy);
    assertEquals(0, operators(deploy).get("BatchNormalization").asInt());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pth", "safetensors", "deploy"})
  void checkpointOutIsTheReferencesOwnDeployForm(String kind) {
    Map<String, Tensor> expected = stateDict("deploy");

    Path written = convert(checkpoint(kind), "out.safetensors");

    Safetensors found = SafetensorsReader.read(written);
    assertEquals(expected.keySet(), found.tensors().keySet());
    expected.forEach((name, tensor) -> assertSame(name, tensor, found.tensor(name)));
    assertEquals("pt", found.metadata().get("format"));
    assertTrue(found.metadata().containsKey("repfold.source.sha256"));
    assertGives(golden.get("y_exact"), FLOAT_TOLERANCE, written, "--arch", architecture);
  }

  private static void assertSame(String name, Tensor expected, Tensor found) {
    assertEquals(expected.shape(), found.shape(), name);
    assertEquals(expected.type(), found.type(), name);
    double largest = Arrays.stream(expected.toDoubles()).map(Math::abs).max().orElse(0);
    assertArrayEquals(expected.toDoubles(), found.toDoubles(), FOLDING_IN_FLOAT * largest, name);
  }

  @Test
  void formatMayBeStatedInsteadOfTheEnding() {
    Path output = folder.resolve("weights");

    CommandResult.of(
            "convert", checkpoint("pth"), "-o", output, "--to", "pytorch", "--arch", architecture)
        .assertDone();

    assertEquals(stateDict("deploy").keySet(), SafetensorsReader.read(output).tensors().keySet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"onnx", "zip", "safetensors"})
  void convertingTwiceGivesTheSameBytes(String ending) throws IOException {
    Path source = checkpoint("pth");

    assertArrayEquals(
        Files.readAllBytes(convert(source, "a." + ending)),
        Files.readAllBytes(convert(source, "b." + ending)));
  }

  @Test
  void sectionPrefixesAndFormAreSaid() {
    Path source = checkpoint("pth");

    String printed = CommandResult.of("inspect", source, "--arch", architecture).assertDone().out();

    assertTrue(printed.contains("tensors of 'model_ema', not of 'model'"), printed);
    assertTrue(printed.contains("took 'module.' from the names"), printed);
    assertTrue(printed.contains("train form of " + architecture), printed);
  }

  @Test
  void sectionMayBeStated() {
    CommandResult.of("inspect", checkpoint("pth"), "--section", "model", "--arch", architecture)
        .assertBadInput("training.pth", "missing");

    CommandResult.of("inspect", checkpoint("pth"), "--section", "best", "--arch", architecture)
        .assertBadInput("training.pth", "'best'");
  }

  @Test
  void operatorsAreTheSameWhicheverFormTheCheckpointHolds() throws IOException {
    JsonNode train = operators(convert(checkpoint("pth"), "a.onnx"));
    JsonNode deploy = operators(convert(checkpoint("deploy"), "b.onnx"));

    assertEquals(train, deploy);
    assertTrue(train.get("MatMul").asInt() > 0, train.toString());
  }

  private static JsonNode operators(Path model) throws IOException {
    String inspected = CommandResult.of("inspect", model, "--json").assertDone().out();
    return new ObjectMapper().readTree(inspected).get("operators");
  }

  @Test
  void guessIsSaidWithItsReasons() {
    Path source = ofZip();

    CommandResult result =
        CommandResult.of("convert", source, "-o", folder.resolve("d.onnx")).assertDone();

    assertTrue(result.out().contains("taken for a custom RepMLPNet: stem of 1"), result.out());
    assertTrue(result.out().contains("images of 8x8 with partitions 4x4"), result.out());
  }

  /** What a DL4J zip becomes as a checkpoint. */
  private Path ofZip() {
    Path zip = TinyModel.write(folder.resolve("zoo.zip"));
    Path output = folder.resolve("zoo.safetensors");
    CommandResult.of("convert", zip, "-o", output).assertDone();
    return output;
  }

  @ParameterizedTest
  @ValueSource(strings = {"convert", "inspect"})
  void ambiguousArchitectureListsTheCandidates(String command) {
    Path source = checkpoint("safetensors");
    Path output = folder.resolve("d.onnx");
    Object[] arguments =
        command.equals("convert")
            ? new Object[] {command, source, "-o", output}
            : new Object[] {command, source};

    CommandResult.of(arguments)
        .assertBadInput(
            "train.safetensors", "--arch", "images of 32x32 with partitions 4x4, 4x4", "64x64");

    assertFalse(Files.exists(output));
  }

  private void assertRefuses(Consumer<Map<String, Tensor>> change, String... words) {
    Map<String, Tensor> tensors = stateDict("train");
    change.accept(tensors);
    Path source = write("changed.safetensors", tensors);
    Path output = folder.resolve("d.onnx");

    CommandResult.of("convert", source, "-o", output, "--arch", architecture).assertBadInput(words);

    assertFalse(Files.exists(output));
  }

  @Test
  void allWrongTensorsAreListedInOneLine() {
    assertRefuses(
        tensors -> {
          tensors.remove("head_norm.weight");
          tensors.remove("stages.1.1.prebn2.running_var");
          tensors.put("head.bias", Tensor.vector(new double[11]));
          tensors.put("aux_head.weight", Tensor.vector(1));
        },
        "changed.safetensors",
        "missing stages.1.1.prebn2.running_var, head_norm.weight",
        "unexpected aux_head.weight",
        "head.bias: expected shape [10], found [11]");
  }

  @Test
  void integersAreNoWeights() {
    assertRefuses(
        tensors -> tensors.put("head.bias", Tensor.of(Shape.of(10), new long[10])),
        "integers in head.bias");
  }

  @Test
  void weightThatIsNotANumberIsNamed() {
    float[] bias = new float[10];
    bias[3] = Float.NaN;
    assertRefuses(
        tensors -> tensors.put("head.bias", Tensor.of(Shape.of(10), bias)), "head", "NaN");
  }

  @Test
  void countsOfBatchesMayBeMissing() {
    Map<String, Tensor> tensors = stateDict("train");
    tensors.keySet().removeIf(name -> name.endsWith("num_batches_tracked"));

    Path written = convert(write("plain.safetensors", tensors), "out.safetensors");

    assertEquals(stateDict("deploy").keySet(), SafetensorsReader.read(written).tensors().keySet());
  }

  @Test
  void wrongFamilyIsNamedByItsTensors() {
    Path source = write("resnet.safetensors", Map.of("layer1.0.conv1.weight", Tensor.vector(1)));

    CommandResult.of("convert", source, "-o", folder.resolve("d.onnx"))
        .assertBadInput("resnet.safetensors", "RepMLPNet", "layer1.0.conv1.weight");
  }

  @Test
  void wrongArchitectureIsRefused() {
    CommandResult.of(
            "convert",
            checkpoint("safetensors"),
            "-o",
            folder.resolve("d.onnx"),
            "--arch",
            "repmlpnet_t224")
        .assertBadInput("repmlpnet_t224 (train form)", "missing", "stages.2.0", "head.weight");
  }

  @Test
  void damagedCheckpointIsNamed() throws IOException {
    byte[] whole = Files.readAllBytes(checkpoint("pth"));
    Path half = Files.write(folder.resolve("half.pth"), Arrays.copyOf(whole, whole.length / 2));

    CommandResult.of("convert", half, "-o", folder.resolve("d.onnx"))
        .assertBadInput("half.pth", "whole zip");
  }

  @Test
  void inputShapesOfACheckpointAreRefused() {
    CommandResult.of("inspect", checkpoint("pth"), "--input-shape", "input=3x32x32")
        .assertBadInput("training.pth", "input shapes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"onnx", "zip", "safetensors"})
  void convertedCheckpointPassesVerification(String ending) {
    Path train = checkpoint("pth");
    Path deploy = convert(train, "deploy." + ending);

    String printed =
        CommandResult.of("verify", train, deploy, "--arch", architecture).assertDone().out();

    assertEquals(3, printed.split("PASSED", -1).length - 1, printed);
  }

  @Test
  void officialDeployFormOfAnotherNetworkFailsVerification() {
    Map<String, Tensor> other = new LinkedHashMap<>(stateDict("deploy"));
    double[] bias = other.get("head.bias").toDoubles();
    bias[0] += 1e-3;
    other.put("head.bias", Tensor.vector(bias).to(org.repfold.graph.ElementType.FLOAT32));

    CommandResult result =
        CommandResult.of(
            "verify", checkpoint("pth"), write("other.safetensors", other), "--arch", architecture);

    assertEquals(Main.NOT_EQUIVALENT, result.exitCode(), result.out() + result.err());
  }

  @Test
  void networkOfTheZooInAZipBecomesACheckpointThatVerifies() {
    Path deploy = ofZip();

    CommandResult.of("verify", folder.resolve("zoo.zip"), deploy).assertDone();
  }

  @Test
  void reportOfACheckpointIsWritten() {
    Path report = folder.resolve("report");

    CommandResult.of(
            "convert",
            checkpoint("pth"),
            "-o",
            folder.resolve("out.safetensors"),
            "--arch",
            architecture,
            "--report",
            report)
        .assertDone();

    assertTrue(Files.exists(report.resolve("report.html")));
  }

  @Test
  void modelsWithoutOfficialNamesBecomeNoCheckpoint() {
    Path onnx = convert(checkpoint("pth"), "deploy.onnx");
    Path output = folder.resolve("out.safetensors");

    CommandResult.of("convert", onnx, "-o", output).assertBadInput("deploy.onnx", "official names");

    assertFalse(Files.exists(output));
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy", "changed"})
  void otherDl4jNetworksBecomeNoCheckpoint(String kind) {
    Path zip =
        kind.equals("deploy")
            ? convert(checkpoint("pth"), "deploy.zip")
            : TinyModel.write(folder.resolve("changed.zip"), CheckpointTest::swapEpsilon);
    Path output = folder.resolve("out.safetensors");

    CommandResult.of("convert", zip, "-o", output)
        .assertBadInput(kind + ".zip", "network of the zoo");

    assertFalse(Files.exists(output));
  }

  /** The official code would compute something else with the same weights. */
  private static void swapEpsilon(ComputationGraph graph) {
    org.deeplearning4j.nn.conf.layers.BatchNormalization norm =
        (org.deeplearning4j.nn.conf.layers.BatchNormalization)
            graph.getLayer("head_norm").conf().getLayer();
    norm.setEps(1e-3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"out.pth", "out.pt", "out.txt"})
  void otherEndingsAreRefused(String name) {
    CommandResult.of("convert", checkpoint("pth"), "-o", folder.resolve(name))
        .assertBadInput(name, ".safetensors");
  }
}
