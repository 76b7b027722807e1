package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Consumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Checkpoints that are refused, and what is refused as one, in a line that says why. */
class CheckpointRefusalTest {
  @TempDir Path folder;
  private GoldenCheckpoint golden;

  @BeforeEach
  void readGolden() throws IOException {
    golden = GoldenCheckpoint.in(folder);
  }

  @Test
  void sectionMayBeStated() {
    CommandResult.of(
            "inspect",
            golden.checkpoint("pth"),
            "--section",
            "model",
            "--arch",
            golden.architecture())
        .assertBadInput("training.pth", "missing");

    CommandResult.of(
            "inspect",
            golden.checkpoint("pth"),
            "--section",
            "best",
            "--arch",
            golden.architecture())
        .assertBadInput("training.pth", "'best'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"convert", "inspect"})
  void ambiguousArchitectureListsTheCandidates(String command) {
    Path source = golden.checkpoint("safetensors");
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
    Map<String, Tensor> tensors = golden.stateDict("train");
    change.accept(tensors);
    Path source = golden.write("changed.safetensors", tensors);
    Path output = folder.resolve("d.onnx");

    CommandResult.of("convert", source, "-o", output, "--arch", golden.architecture())
        .assertBadInput(words);

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
  void wrongFamilyIsNamedByItsTensors() {
    Path source =
        golden.write("resnet.safetensors", Map.of("layer1.0.conv1.weight", Tensor.vector(1)));

    CommandResult.of("convert", source, "-o", folder.resolve("d.onnx"))
        .assertBadInput("resnet.safetensors", "RepMLPNet", "layer1.0.conv1.weight");
  }

  @Test
  void wrongArchitectureIsRefused() {
    CommandResult.of(
            "convert",
            golden.checkpoint("safetensors"),
            "-o",
            folder.resolve("d.onnx"),
            "--arch",
            "repmlpnet_t224")
        .assertBadInput("repmlpnet_t224 (train form)", "missing", "stages.2.0", "head.weight");
  }

  @Test
  void damagedCheckpointIsNamed() throws IOException {
    byte[] whole = Files.readAllBytes(golden.checkpoint("pth"));
    Path half = Files.write(folder.resolve("half.pth"), Arrays.copyOf(whole, whole.length / 2));

    CommandResult.of("convert", half, "-o", folder.resolve("d.onnx"))
        .assertBadInput("half.pth", "whole zip");
  }

  @Test
  void inputShapesOfACheckpointAreRefused() {
    CommandResult.of("inspect", golden.checkpoint("pth"), "--input-shape", "input=3x32x32")
        .assertBadInput("training.pth", "input shapes");
  }

  @Test
  void modelsWithoutOfficialNamesBecomeNoCheckpoint() {
    Path onnx = golden.convert(golden.checkpoint("pth"), "deploy.onnx");
    Path output = folder.resolve("out.safetensors");

    CommandResult.of("convert", onnx, "-o", output).assertBadInput("deploy.onnx", "official names");

    assertFalse(Files.exists(output));
  }

  @ParameterizedTest
  @ValueSource(strings = {"deploy", "changed"})
  void otherDl4jNetworksBecomeNoCheckpoint(String kind) {
    Path zip =
        kind.equals("deploy")
            ? golden.convert(golden.checkpoint("pth"), "deploy.zip")
            : TinyModel.write(folder.resolve("changed.zip"), CheckpointRefusalTest::swapEpsilon);
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
    CommandResult.of("convert", golden.checkpoint("pth"), "-o", folder.resolve(name))
        .assertBadInput(name, ".safetensors");
  }
}
