package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.onnx.OnnxReader;
import org.repfold.graph.safetensors.SafetensorsReader;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.catalog.Architecture;

/** Trained DL4J networks of all families as checkpoints for their own PyTorch code, and back. */
class OfficialCheckpointTest {
  @TempDir Path folder;

  private Path train;
  private Path deploy;

  @BeforeEach
  void name() {
    train = folder.resolve("train.zip");
    deploy = folder.resolve("deploy.safetensors");
  }

  @ParameterizedTest
  @MethodSource("org.repfold.cli.RandomNetwork#small")
  void checkpointHoldsTheOfficialTensorsAndIsEquivalent(String name) throws IOException {
    RandomNetwork.save(name, train);

    CommandResult.of("convert", train, "-o", deploy).assertDone();

    Map<String, Shape> shapes = new LinkedHashMap<>();
    tensors(deploy)
        .forEach(
            (tensor, values) -> {
              if (!OfficialTensors.isIgnored(tensor)) {
                shapes.put(tensor, values.shape());
              }
            });
    assertEquals(Architecture.find(name).officialForm().tensors(), shapes);
    CommandResult.of("verify", train, deploy, "--arch", name).assertDone();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mixer_demo", "resmlp_demo", "gmlp_demo", "cyclemlp_demo"})
  void trainFormIsTheSameNetworkWhenReadBack(String name) throws IOException {
    RandomNetwork.save(name, train);
    Path again = folder.resolve("again.safetensors");
    Path ofZip = folder.resolve("zip.onnx");
    Path ofCheckpoint = folder.resolve("checkpoint.onnx");

    CommandResult.of("convert", train, "-o", deploy, "--no-verify").assertDone();
    CommandResult.of("convert", deploy, "-o", again, "--no-verify", "--arch", name).assertDone();
    CommandResult.of("convert", train, "-o", ofZip, "--no-verify").assertDone();
    CommandResult.of("convert", deploy, "-o", ofCheckpoint, "--no-verify", "--arch", name)
        .assertDone();

    assertEquals(tensors(deploy), tensors(again));
    assertEquals(
        List.copyOf(OnnxReader.read(ofZip).nodes()),
        List.copyOf(OnnxReader.read(ofCheckpoint).nodes()));
  }

  private static Map<String, Tensor> tensors(Path file) {
    return SafetensorsReader.read(file).tensors();
  }
}
