package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.cli.hostile.HostileFile;
import org.repfold.cli.hostile.HostileInputs;
import org.repfold.cli.hostile.HostileOnnx;
import org.repfold.cli.hostile.HostilePickles;
import org.repfold.cli.hostile.HostileZips;
import org.repfold.cli.hostile.OnnxModel;
import org.repfold.zoo.ConfigurationJson;

/**
 * Every hostile file ends each command with one line, exit code 2 and nothing written, soon, in a
 * JVM of 512 MiB.
 */
class HostileFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Files take a tenth of a second at most; a machine that does much else may need longer. */
  private static final long SOON_MILLISECONDS = 2_000 * 5;

  @TempDir static Path folder;
  private static List<Attack> attacks;

  /** A command that is given a hostile file. */
  record Attack(HostileFile file, Path path, List<String> command) {
    @Override
    public String toString() {
      return command.get(0) + " " + file;
    }
  }

  /** What a command did. */
  record Outcome(int exitCode, String out, String err, long milliseconds) {}

  private static List<Outcome> outcomes;

  static List<Attack> attacks() throws IOException {
    if (attacks == null) {
      attacks = new ArrayList<>();
      Path zip = TinyModel.write(folder.resolve("sound.zip"));
      Path checkpoint = folder.resolve("sound.safetensors");
      CommandResult.of("convert", zip, "-o", checkpoint).assertDone();
      Path onnx =
          Files.write(
              folder.resolve("sound.onnx"),
              new OnnxModel()
                  .input("x", -1, 3, 5, 6)
                  .node("Relu", "y", List.of("x"))
                  .output("y")
                  .toBytes());
      List<HostileFile> files = new ArrayList<>();
      files.addAll(HostilePickles.all());
      files.addAll(HostilePickles.safetensors());
      files.addAll(HostileOnnx.all());
      files.addAll(HostileZips.all(zip));
      files.addAll(
          HostileInputs.all(ConfigurationJson.write("repmlpnet", TinyModel.CONFIGURATION)));
      for (int i = 0; i < files.size(); i++) {
        HostileFile file = files.get(i);
        Path own = Files.createDirectories(folder.resolve("files/" + i));
        Path path = file.write(own);
        Path output = own.resolve("output");
        switch (file.use()) {
          case MODEL -> {
            add(file, path, "convert", path, "-o", output, "--to", "onnx");
            add(file, path, "inspect", path, "--dot", output);
          }
          case ARCHITECTURE ->
              add(file, path, "convert", checkpoint, "-o", output, "--to", "onnx", "--arch", path);
          case INPUT -> add(file, path, "run", onnx, "--input", path, "--output", output);
          case DATA -> add(file, path, "verify", onnx, onnx, "--data", own);
        }
      }
    }
    return attacks;
  }

  private static void add(HostileFile file, Path path, Object... command) {
    attacks.add(new Attack(file, path, Stream.of(command).map(Object::toString).toList()));
  }

  @BeforeAll
  static void attackInAnotherVirtualMachine() throws IOException, InterruptedException {
    List<List<String>> commands = attacks().stream().map(Attack::command).toList();
    Path commandFile = folder.resolve("commands.json");
    Path outcomeFile = folder.resolve("outcomes.json");
    JSON.writeValue(commandFile.toFile(), commands);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "-cp",
                classPath(),
                HostileCommands.class.getName(),
                commandFile.toString(),
                outcomeFile.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("console.txt").toFile())
            .start();
    if (!process.waitFor(5, TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor();
    }
    outcomes = List.of(JSON.readValue(outcomeFile.toFile(), Outcome[].class));
  }

  private static String classPath() {
    // Surefire's own class path may be a jar that names all others.
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void everyHostileFileIsRefused(Attack attack) {
    int index = attacks.indexOf(attack);
    assertTrue(index < outcomes.size(), "takes for ever, or ended the virtual machine");
    Outcome outcome = outcomes.get(index);
    assertNotNull(outcome);
    String all = outcome.out() + outcome.err();
    assertEquals(Main.BAD_INPUT, outcome.exitCode(), all);
    assertEquals(1, outcome.err().lines().count(), all);
    assertTrue(outcome.err().contains(attack.path().getParent().toString()), all);
    assertTrue(outcome.err().contains(attack.file().expected()), all);
    assertTrue(outcome.milliseconds() < SOON_MILLISECONDS, outcome.milliseconds() + " ms");
    assertTrue(Files.notExists(attack.path().resolveSibling("output")));
  }
}
