package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.Tensor;
import org.repfold.graph.npy.Npy;
import org.repfold.graph.safetensors.Safetensors;
import org.repfold.graph.safetensors.SafetensorsReader;

/** Checkpoints in and out, with what the reference implementation computes. */
class CheckpointTest {
  /** Rounding of float64 in networks of a few thousand operations per value. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  /** Rounding of float32 in three blocks, relative to the largest output. */
  private static final double FLOAT_TOLERANCE = 1e-6;

  /** The reference folds in float32: a scale, and a sum of a few products, each rounded. */
  private static final double FOLDING_IN_FLOAT = 8 * 0x1p-24;

  @TempDir Path folder;
  private GoldenCheckpoint golden;

  @BeforeEach
  void readGolden() throws IOException {
    golden = GoldenCheckpoint.in(folder);
  }

  private void assertGives(Tensor expected, double tolerance, Path model, Object... options) {
    Path input = folder.resolve("x.npy");
    Path output = folder.resolve("y.npy");
    Npy.write(golden.tensor("x"), input, true);
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
        golden.tensor("y_exact"),
        DOUBLE_TOLERANCE,
        golden.checkpoint(kind),
        "--engine",
        "nd4j-f64",
        "--arch",
        golden.architecture());
  }

  @Test
  void officialDeployFormComputesWhatTheReferencesDoes() {
    // The reference's own float32 weights, in float64: as far from the truth as they are.
    assertGives(
        golden.tensor("y_exact"),
        FLOAT_TOLERANCE,
        golden.checkpoint("deploy"),
        "--arch",
        golden.architecture());
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
    Path deploy = golden.convert(golden.checkpoint(kind), "deploy." + ending);

    assertGives(golden.tensor("y_exact"), FLOAT_TOLERANCE, deploy);
    assertEquals(0, operators(deploy).get("BatchNormalization").asInt());
  }

  @ParameterizedTest
  @ValueSource(strings = {"pth", "safetensors", "deploy"})
  void checkpointOutIsTheReferencesOwnDeployForm(String kind) {
    Map<String, Tensor> expected = golden.stateDict("deploy");

    Path written = golden.convert(golden.checkpoint(kind), "out.safetensors");

    Safetensors found = SafetensorsReader.read(written);
    assertEquals(expected.keySet(), found.tensors().keySet());
    expected.forEach((name, tensor) -> assertSame(name, tensor, found.tensor(name)));
    assertEquals("pt", found.metadata().get("format"));
    assertTrue(found.metadata().containsKey("repfold.source.sha256"));
    assertGives(
        golden.tensor("y_exact"), FLOAT_TOLERANCE, written, "--arch", golden.architecture());
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
            "convert",
            golden.checkpoint("pth"),
            "-o",
            output,
            "--to",
            "pytorch",
            "--arch",
            golden.architecture())
        .assertDone();

    assertEquals(
        golden.stateDict("deploy").keySet(), SafetensorsReader.read(output).tensors().keySet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"onnx", "zip", "safetensors"})
  void convertingTwiceGivesTheSameBytes(String ending) throws IOException {
    Path source = golden.checkpoint("pth");

    assertArrayEquals(
        Files.readAllBytes(golden.convert(source, "a." + ending)),
        Files.readAllBytes(golden.convert(source, "b." + ending)));
  }

  @Test
  void sectionPrefixesAndFormAreSaid() {
    Path source = golden.checkpoint("pth");

    String printed =
        CommandResult.of("inspect", source, "--arch", golden.architecture()).assertDone().out();

    assertTrue(printed.contains("tensors of 'model_ema', not of 'model'"), printed);
    assertTrue(printed.contains("took 'module.' from the names"), printed);
    assertTrue(printed.contains("train form of " + golden.architecture()), printed);
  }

  @Test
  void operatorsAreTheSameWhicheverFormTheCheckpointHolds() throws IOException {
    JsonNode train = operators(golden.convert(golden.checkpoint("pth"), "a.onnx"));
    JsonNode deploy = operators(golden.convert(golden.checkpoint("deploy"), "b.onnx"));

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

  @Test
  void countsOfBatchesMayBeMissing() {
    Map<String, Tensor> tensors = golden.stateDict("train");
    tensors.keySet().removeIf(name -> name.endsWith("num_batches_tracked"));

    Path written = golden.convert(golden.write("plain.safetensors", tensors), "out.safetensors");

    assertEquals(
        golden.stateDict("deploy").keySet(), SafetensorsReader.read(written).tensors().keySet());
  }

  @ParameterizedTest
  @ValueSource(strings = {"onnx", "zip", "safetensors"})
  void convertedCheckpointPassesVerification(String ending) {
    Path train = golden.checkpoint("pth");
    Path deploy = golden.convert(train, "deploy." + ending);

    String printed =
        CommandResult.of("verify", train, deploy, "--arch", golden.architecture())
            .assertDone()
            .out();

    assertEquals(3, printed.split("PASSED", -1).length - 1, printed);
  }

  @Test
  void officialDeployFormOfAnotherNetworkFailsVerification() {
    Map<String, Tensor> other = new LinkedHashMap<>(golden.stateDict("deploy"));
    double[] bias = other.get("head.bias").toDoubles();
    bias[0] += 1e-3;
    other.put("head.bias", Tensor.vector(bias).to(org.repfold.graph.ElementType.FLOAT32));

    CommandResult result =
        CommandResult.of(
            "verify",
            golden.checkpoint("pth"),
            golden.write("other.safetensors", other),
            "--arch",
            golden.architecture());

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
            golden.checkpoint("pth"),
            "-o",
            folder.resolve("out.safetensors"),
            "--arch",
            golden.architecture(),
            "--report",
            report)
        .assertDone();

    assertTrue(Files.exists(report.resolve("report.html")));
  }
}
