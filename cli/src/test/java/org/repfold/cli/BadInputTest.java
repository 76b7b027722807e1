package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.cli.hostile.OnnxModel;

/** Every misuse ends with one line, exit code 2, and nothing changed on disk. */
class BadInputTest {
  @TempDir Path folder;
  private Path output;

  @BeforeEach
  void nameOutput() {
    output = folder.resolve("deploy.onnx");
  }

  private void assertConvertRefuses(Path input, String... words) throws IOException {
    List<Path> before = files();
    CommandResult.of("convert", input, "-o", output).assertBadInput(words);
    assertEquals(before, files());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.sorted().toList();
    }
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    assertConvertRefuses(folder.resolve("none.zip"), "none.zip", "no such file");
  }

  @Test
  void theTableOfTheZooNamesAnEarlierRunThatIsNotThere() throws IOException {
    CommandResult.of(
            "zoo-table", "--again", "--out", folder, "--reports", folder.resolve("reports"))
        .assertBadInput("repmlpnet_demo", "report.json");
    assertEquals(List.of(), files());
  }

  @Test
  void anEmptyFileIsNamed() throws IOException {
    assertConvertRefuses(Files.createFile(folder.resolve("empty.zip")), "empty.zip", "empty");
  }

  @Test
  void aTruncatedZipIsNamed() throws IOException {
    byte[] whole = Files.readAllBytes(TinyModel.write(folder.resolve("train.zip")));
    Path half = folder.resolve("half.zip");
    Files.write(half, Arrays.copyOf(whole, whole.length / 2));

    assertConvertRefuses(half, "half.zip");
  }

  @Test
  void aFileOfAnotherKindIsNamed() throws IOException {
    Path text = Files.writeString(folder.resolve("notes.zip"), "not a model");

    assertConvertRefuses(text, "notes.zip", "none of them");
  }

  @Test
  void aFolderIsNoModel() throws IOException {
    assertConvertRefuses(folder, "found a folder");
  }

  @Test
  void aZipWithoutAConfigurationIsNamed() throws IOException {
    Path zip = folder.resolve("other.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("readme.txt"));
      out.write('x');
    }

    assertConvertRefuses(zip, "other.zip", "configuration.json");
  }

  @Test
  void aWeightThatIsNotANumberIsNamed() throws IOException {
    Path train =
        TinyModel.write(
            folder.resolve("nan.zip"),
            graph -> graph.getVertex("head").paramTable(false).get("W").putScalar(3, Float.NaN));

    assertConvertRefuses(train, "nan.zip", "head", "NaN");
  }

  @Test
  void aNegativeVarianceIsNamed() throws IOException {
    Path train =
        TinyModel.write(
            folder.resolve("negative.zip"),
            graph -> graph.getVertex("head_norm").paramTable(false).get("var").putScalar(2, -0.25));

    assertConvertRefuses(train, "negative.zip", "head_norm", "variance[2]", "-0.25");
  }

  @Test
  void valuesThatDoNotFitIntoTheMemoryAreNotComputed() throws IOException {
    byte[] model =
        new OnnxModel()
            .input("x", 1, 1, 1 << 15, 1 << 15)
            .node("Relu", "y", List.of("x"))
            .output("y")
            .toBytes();
    Path large = Files.write(folder.resolve("large.onnx"), model);

    assertConvertRefuses(large, "large.onnx", "node 'y'", "heap of", "[1x1x32768x32768]");

    CommandResult.of("inspect", large).assertDone();
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "convert"})
  void anUnknownArchitectureListsTheKnownOnes(String command) {
    Path train = TinyModel.write(folder.resolve("train.zip"));
    Object[] arguments =
        command.equals("train")
            ? new Object[] {"train", "--arch", "resnet50", "-o", folder.resolve("out.zip")}
            : new Object[] {"convert", train, "--arch", "resnet50", "-o", output};

    CommandResult.of(arguments).assertBadInput("resnet50", "repmlpnet_t224");
  }

  @Test
  void anExistingOutputIsKept() throws IOException {
    Path train = TinyModel.write(folder.resolve("train.zip"));
    Files.writeString(output, "precious");

    assertConvertRefuses(train, "deploy.onnx", "--force");

    assertEquals("precious", Files.readString(output));
  }

  @Test
  void aMissingOutputFolderIsNamed() {
    Path train = TinyModel.write(folder.resolve("train.zip"));

    CommandResult.of("convert", train, "-o", folder.resolve("none/deploy.onnx"))
        .assertBadInput("expected an existing folder");
  }

  @Test
  void aReadOnlyOutputFolderIsNamed() throws IOException {
    Path train = TinyModel.write(folder.resolve("train.zip"));
    Path locked = Files.createDirectory(folder.resolve("locked"));
    Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeFalse(Files.isWritable(locked), "this user may write anywhere");

    CommandResult.of("convert", train, "-o", locked.resolve("deploy.onnx"))
        .assertBadInput("locked");
  }

  @Test
  void aFullDiskLeavesNothingBehind() throws IOException, InterruptedException {
    Path train = TinyModel.write(folder.resolve("train.zip"));
    Path small = Files.createDirectory(folder.resolve("small"));
    Process mount =
        new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=8k", "none", small.toString())
            .redirectErrorStream(true)
            .start();
    assumeTrue(mount.waitFor() == 0, "this user may not mount");
    try {
      CommandResult.of("convert", train, "-o", small.resolve("deploy.onnx"))
          .assertBadInput("cannot be written");
      try (Stream<Path> left = Files.list(small)) {
        assertEquals(0, left.count());
      }
    } finally {
      new ProcessBuilder("umount", small.toString()).start().waitFor();
    }
  }

  @Test
  void anUnknownEndingAsksForTheFormat() {
    Path train = TinyModel.write(folder.resolve("train.zip"));

    CommandResult.of("convert", train, "-o", folder.resolve("deploy.bin"))
        .assertBadInput("deploy.bin", ".onnx", "--to");
  }

  @Test
  void anUnknownCommandAndAnUnknownOptionAreUsageErrors() {
    CommandResult.of("explode").assertBadInput("explode");
    CommandResult.of("doctor", "--explode").assertBadInput("--explode");
    CommandResult.of().assertBadInput("expected a command");
  }

  @Test
  void aMissingDataFolderIsNamed() {
    CommandResult.of(
            "train",
            "--arch",
            "repmlpnet_demo",
            "-o",
            folder.resolve("out.zip"),
            "--data",
            folder.resolve("none"))
        .assertBadInput("none", "train-images-idx3-ubyte");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "[]",
        "{\"family\": \"vgg\"}",
        "{\"family\": \"repmlpnet\", \"inChannels\": 1}",
        "{\"family\": \"repmlpnet\", \"inChannels\": 1, \"classes\": 0, \"imageHeight\": 28, \"imageWidth\": 28,"
            + " \"patchHeight\": 4, \"patchWidth\": 4, \"blocks\": [1], \"channels\": [8], \"heights\": [7],"
            + " \"widths\": [7], \"shareSets\": [2], \"kernels\": [1], \"reduce\": 4}"
      })
  void aBrokenArchitectureFileIsNamed(String content) throws IOException {
    Path file = Files.writeString(folder.resolve("my-net.json"), content);

    CommandResult.of("train", "--arch", file, "-o", folder.resolve("out.zip"))
        .assertBadInput("my-net.json");
  }

  @Test
  void anInputOfTheWrongShapeIsNamed() throws IOException {
    Path train = TinyModel.write(folder.resolve("train.zip"));
    Path input = folder.resolve("x.npy");
    org.repfold.graph.npy.Npy.write(
        org.repfold.graph.Tensor.of(org.repfold.graph.Shape.of(1, 1, 4, 8), new float[32]),
        input,
        false);
    byte[] before = Files.readAllBytes(input);

    CommandResult.of("run", train, "--input", input, "--output", folder.resolve("y.npy"))
        .assertBadInput("x.npy", "[?x1x8x8]", "[1x1x4x8]");

    assertArrayEquals(before, Files.readAllBytes(input));
  }
}
