package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training from the command line, on a few made-up images. */
class TrainTest {
  private static final int SIZE = 8;

  @TempDir Path folder;
  private Path data;
  private Path architecture;
  private Path output;

  @BeforeEach
  void writeData() throws IOException {
    data = Files.createDirectory(folder.resolve("data"));
    writeImages("train", 320);
    writeImages("t10k", 32);
    architecture =
        Files.writeString(
            folder.resolve("tiny.json"),
            """
            {"family": "repmlpnet", "inChannels": 1, "classes": 5, "imageHeight": 8, "imageWidth": 8,
             "patchHeight": 2, "patchWidth": 2, "blocks": [1], "channels": [8], "heights": [4],
             "widths": [4], "shareSets": [2], "kernels": [1, 3], "reduce": 4}
            """);
    output = folder.resolve("trained.zip");
  }

  /** Images whose brightness tells their class. */
  private void writeImages(String prefix, int count) throws IOException {
    Random random = new Random(count);
    ByteBuffer images = ByteBuffer.allocate(16 + count * SIZE * SIZE);
    images.putInt(0x803).putInt(count).putInt(SIZE).putInt(SIZE);
    ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
    for (int i = 0; i < count; i++) {
      labels.put((byte) (i % 5));
      for (int pixel = 0; pixel < SIZE * SIZE; pixel++) {
        images.put((byte) (i % 5 * 50 + random.nextInt(20)));
      }
    }
    Files.write(data.resolve(prefix + "-images-idx3-ubyte"), images.array());
    Files.write(data.resolve(prefix + "-labels-idx1-ubyte"), labels.array());
  }

  private Object[] train(String... more) {
    Object[] arguments = {
      "train", "--arch", architecture, "--data", data, "-o", output, "--batch", "32"
    };
    Object[] all = java.util.Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return all;
  }

  @Test
  void aTrainedModelLoadsAndConverts() throws IOException {
    String printed = CommandResult.of(train("--epochs", "2")).assertDone().out();

    assertTrue(printed.contains("epoch 2/2"), printed);
    assertTrue(ComputationGraph.load(output.toFile(), true).numParams() > 0);
    assertFalse(Files.exists(folder.resolve("trained.checkpoint.zip")));
    CommandResult.of("convert", output, "-o", folder.resolve("deploy.onnx")).assertDone();
  }

  @Test
  void anExistingOutputIsRefusedBeforeTraining() throws IOException {
    Files.writeString(output, "precious");

    CommandResult.of(train()).assertBadInput("trained.zip", "--force");

    assertEquals("precious", Files.readString(output));
  }

  @Test
  void aDamagedImageFileIsNamed() throws IOException {
    Path images = data.resolve("train-images-idx3-ubyte");
    Files.write(images, java.util.Arrays.copyOf(Files.readAllBytes(images), 100));

    CommandResult.of(train()).assertBadInput("train-images-idx3-ubyte");
  }

  @Test
  void resumingWithoutACheckpointIsRefused() {
    CommandResult.of(train("--resume")).assertBadInput("trained.checkpoint.zip");
  }

  @Test
  void controlCLeavesACheckpointThatResumes() throws IOException, InterruptedException {
    Path checkpoint = folder.resolve("trained.checkpoint.zip");
    Process process = startEndlessTraining();
    try {
      waitFor(checkpoint, process);
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "training does not stop");
    } finally {
      process.destroyForcibly();
    }

    assertFalse(Files.exists(output));
    assertTrue(ComputationGraph.load(checkpoint.toFile(), true).getIterationCount() > 0);
  }

  private Process startEndlessTraining() throws IOException {
    String java =
        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
    ProcessBuilder builder =
        new ProcessBuilder(
            java,
            Main.class.getName(),
            "train",
            "--arch",
            architecture.toString(),
            "--data",
            data.toString(),
            "-o",
            output.toString(),
            "--batch",
            "32",
            "--epochs",
            "100000");
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    builder.environment().put("CLASSPATH", classPath);
    return builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
  }

  private static void waitFor(Path file, Process process) throws InterruptedException {
    for (int i = 0; i < 600 && process.isAlive() && !Files.exists(file); i++) {
      Thread.sleep(100);
    }
    assertTrue(Files.exists(file), "no checkpoint");
  }

  @Test
  @Tag("slow")
  void theDemoLeavesModelsAndAReport() {
    System.setProperty("repfold.home", Path.of("..").toString());
    Path demo = folder.resolve("demo");

    CommandResult.of("demo", "--epochs", "1", "--out", demo).assertDone();

    for (String file : new String[] {"train.zip", "deploy.onnx", "deploy.zip", "report.html"}) {
      assertTrue(Files.exists(demo.resolve(file)), file);
    }
  }
}
