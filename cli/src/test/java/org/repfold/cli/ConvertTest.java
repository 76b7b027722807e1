package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.npy.Npy;

/** Convert, verify, inspect and run on a small model. */
class ConvertTest {
  /** float32 through a network of one block. */
  private static final double FLOAT_TOLERANCE = 1e-5;

  @TempDir Path folder;
  private Path train;

  @BeforeEach
  void writeModel() {
    train = TinyModel.write(folder.resolve("train.zip"));
  }

  private Path convert(String name) {
    Path output = folder.resolve(name);
    CommandResult.of("convert", train, "-o", output).assertDone();
    return output;
  }

  private static JsonNode json(CommandResult result) throws IOException {
    return new ObjectMapper().readTree(result.out());
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy.onnx", "deploy.zip"})
  void aConvertedFilePassesVerification(String name) {
    Path deploy = convert(name);

    String printed = CommandResult.of("verify", train, deploy).assertDone().out();

    assertEquals(3, printed.split("PASSED", -1).length - 1, printed);
  }

  @ParameterizedTest
  @ValueSource(strings = {".onnx", ".zip"})
  void convertingTwiceGivesTheSameBytes(String ending) throws IOException {
    assertArrayEquals(
        Files.readAllBytes(convert("a" + ending)), Files.readAllBytes(convert("b" + ending)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy.onnx", "deploy.zip"})
  void theDeployFormOfAnotherNetworkFailsVerification(String name) {
    Path deploy = convert(name);
    Path other =
        TinyModel.write(
            folder.resolve("other.zip"),
            graph -> graph.getVertex("head").paramTable(false).get("W").muli(1.001));

    CommandResult result = CommandResult.of("verify", other, deploy);

    assertEquals(Main.NOT_EQUIVALENT, result.exitCode(), result.out());
    assertTrue(result.out().contains("FAILED"), result.out());
  }

  @Test
  void theReportIsWritten() {
    Path report = folder.resolve("report");

    CommandResult.of("convert", train, "-o", folder.resolve("d.onnx"), "--report", report)
        .assertDone();

    for (String file : List.of("report.html", "report.json", "report.md", "report-junit.xml")) {
      assertTrue(Files.exists(report.resolve(file)), file);
    }
  }

  @Test
  void theDeployFileStatesItsProvenance() {
    String printed =
        new String(read(convert("deploy.onnx")), java.nio.charset.StandardCharsets.ISO_8859_1);

    assertTrue(printed.contains("repfold.source.sha256"));
    assertTrue(printed.contains(org.repfold.converter.io.Fingerprint.sha256(train)));
  }

  @Test
  void jsonIsOneDocumentOnStandardOutput() throws IOException {
    CommandResult result =
        CommandResult.of("convert", train, "-o", folder.resolve("d.onnx"), "--json").assertDone();

    assertTrue(json(result).get("verified").asBoolean());
    assertTrue(result.err().contains("algebra"));
  }

  @Test
  void verificationAsJsonAnswersTheThreeQuestions() throws IOException {
    JsonNode document =
        json(CommandResult.of("verify", train, convert("deploy.onnx"), "--json").assertDone());

    assertTrue(document.get("passed").asBoolean());
    assertTrue(document.get("algebra").get("maxRelative").asDouble() < 1e-12);
    assertTrue(document.get("rounding").get("maxUlp").asDouble() <= 0.5 + 0x1p-29);
    assertTrue(document.get("behaviour").get("deploy").has("relativeL2"));
    assertTrue(document.get("firstFailure").isNull());
  }

  @Test
  void inspectCountsOperatorsBeforeAndAfter() throws IOException {
    JsonNode document = json(CommandResult.of("inspect", train, "--json").assertDone());

    assertEquals(9, document.get("operators").get("BatchNormalization").asInt());
    assertEquals(0, document.get("folded").get("operators").get("BatchNormalization").asInt());
    assertTrue(document.get("folds").size() > 8);
    assertEquals(0, document.get("refusals").size());
  }

  @Test
  void inspectCountsTheWorkOfBothForms() throws IOException {
    JsonNode document = json(CommandResult.of("inspect", train, "--json").assertDone());

    long now = document.get("flops").asLong();
    assertTrue(now > 0);
    assertTrue(document.get("folded").get("flops").asLong() < now);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--svg", "--dot"})
  void inspectDrawsTheGraphBeforeAndAfterFolding(String kind) throws IOException {
    Path before = folder.resolve("before");
    Path after = folder.resolve("after");

    CommandResult.of("inspect", train, kind, before).assertDone();
    CommandResult.of("inspect", train, kind, after, "--folded").assertDone();

    assertTrue(Files.readString(before).contains("BatchNorm"));
    assertFalse(Files.readString(after).contains("BatchNorm"));
    assertTrue(Files.readString(after).contains("Conv"));
  }

  @Test
  void inspectKeepsAnExistingDrawing() throws IOException {
    Path drawing = Files.writeString(folder.resolve("graph.svg"), "mine");

    CommandResult.of("inspect", train, "--svg", drawing).assertBadInput("graph.svg");

    assertEquals("mine", Files.readString(drawing));
  }

  @Test
  void allEnginesGiveTheSameNumbers() {
    Path input = folder.resolve("x.npy");
    Random random = new Random(3);
    float[] pixels = new float[3 * 64];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    Npy.write(Tensor.of(Shape.of(3, 1, 8, 8), pixels), input, false);
    Path onnx = convert("deploy.onnx");
    Path zip = convert("deploy.zip");

    double[] exact = run(train, input, "nd4j-f64");

    for (String engine : List.of("onnxruntime", "nd4j", "nd4j-f64")) {
      assertArrayEquals(exact, run(onnx, input, engine), FLOAT_TOLERANCE * largest(exact), engine);
    }
    for (String engine : List.of("onnxruntime", "nd4j", "dl4j")) {
      assertArrayEquals(exact, run(zip, input, engine), FLOAT_TOLERANCE * largest(exact), engine);
      assertArrayEquals(exact, run(train, input, engine), FLOAT_TOLERANCE * largest(exact), engine);
    }
  }

  @Test
  void modelsAreListedWithTheirPublishedParameterCounts() throws IOException {
    JsonNode models = json(CommandResult.of("models", "--json").assertDone());

    assertEquals("repmlpnet_t224", models.get(0).get("name").asText());
    assertEquals(38_293_608, models.get(0).get("parameters").get("train").asLong());
    assertFalse(models.get(0).get("flops").get("deploy").isNull());
  }

  private double[] run(Path model, Path input, String engine) {
    Path output = folder.resolve("y.npy");
    CommandResult.of(
            "run", model, "--input", input, "--output", output, "--engine", engine, "--force")
        .assertDone();
    return Npy.read(output).toDoubles();
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElseThrow();
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
