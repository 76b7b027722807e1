package org.repfold.graph.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.repfold.graph.Refusals.assertRefused;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
  private static final byte[] NEW = "new".getBytes(StandardCharsets.UTF_8);
  private static final int KILLED = 9;

  @TempDir private Path folder;
  private Path file;

  @BeforeEach
  void nameAFile() {
    file = folder.resolve("out.onnx");
  }

  @Test
  void writtenFileStandsAlone() throws IOException {
    OutputFile.write(file, false, out -> out.write(NEW));
    assertEquals("new", Files.readString(file));
    assertEquals(List.of(file), filesIn(folder));
  }

  @Test
  void existingFileIsKeptWithoutForce() throws IOException {
    Files.writeString(file, "old");
    assertRefused(
        () -> OutputFile.write(file, false, out -> out.write(NEW)), "out.onnx", "exists already");
    assertEquals("old", Files.readString(file));
  }

  @Test
  void existingFileIsReplacedWithForce() throws IOException {
    Files.writeString(file, "old and longer");
    OutputFile.write(file, true, out -> out.write(NEW));
    assertEquals("new", Files.readString(file));
  }

  @Test
  void fullDiskLeavesTheOldFileAndNothingElse() throws IOException {
    Files.writeString(file, "old");
    assertRefused(
        () ->
            OutputFile.write(
                file,
                true,
                out -> {
                  out.write(new byte[3 << 20]);
                  throw new IOException("No space left on device");
                }),
        "out.onnx",
        "No space left on device");
    assertEquals("old", Files.readString(file));
    assertEquals(List.of(file), filesIn(folder));
  }

  /** Where the machine lets a test mount one, the disk is really full. */
  @Test
  void fullFileSystemIsReported() throws Exception {
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.toString()) == 0);
    try {
      assertRefused(
          () -> OutputFile.write(file, false, out -> out.write(new byte[1 << 20])),
          "out.onnx",
          "No space left on device");
      assertEquals(List.of(), filesIn(folder));
    } finally {
      run("umount", folder.toString());
    }
  }

  @Test
  void failureOfTheWriterLeavesTheOldFileAndNothingElse() throws IOException {
    Files.writeString(file, "old");
    assertThrows(
        IllegalStateException.class,
        () ->
            OutputFile.write(
                file,
                true,
                out -> {
                  out.write(NEW);
                  throw new IllegalStateException("a defect");
                }));
    assertEquals("old", Files.readString(file));
    assertEquals(List.of(file), filesIn(folder));
  }

  @Test
  void stagedFileThatIsNeverCommittedNeverAppears() throws IOException {
    OutputFile.stage(file, false, out -> out.write(NEW)).close();
    assertEquals(List.of(), filesIn(folder));
  }

  @Test
  void processKilledBeforeTheRenameLeavesTheOldFile() throws Exception {
    Files.writeString(file, "old");
    assertEquals(KILLED, runKilled("staged"));
    assertEquals("old", Files.readString(file));
  }

  @Test
  void processKilledWhileWritingLeavesTheOldFile() throws Exception {
    Files.writeString(file, "old");
    assertEquals(KILLED, runKilled("writing"));
    assertEquals("old", Files.readString(file));
  }

  @Test
  void missingFolderIsNamed() {
    Path missing = folder.resolve("missing").resolve("out.onnx");
    assertRefused(() -> OutputFile.write(missing, false, out -> {}), "existing folder", "missing");
  }

  @Test
  void folderInPlaceOfTheFileIsRefused() {
    assertRefused(() -> OutputFile.write(folder, true, out -> {}), "found a folder");
  }

  @Test
  void readOnlyFolderIsNamed() {
    assumeTrue(folder.toFile().setWritable(false));
    assumeFalse(Files.isWritable(folder), "root may write anywhere");
    assertRefused(() -> OutputFile.write(file, false, out -> {}), "read-only");
  }

  @Test
  void folderThatTakesNoFilesIsReported() {
    Path process = Path.of("/proc/self");
    assumeTrue(Files.isDirectory(process));
    assertRefused(
        () -> OutputFile.write(process.resolve("out.onnx"), false, out -> {}), "out.onnx");
  }

  @Test
  void deviceIsNotReplacedByAFile() {
    Path device = Path.of("/dev/null");
    assumeTrue(Files.exists(device));
    assertRefused(() -> OutputFile.write(device, true, out -> {}), "regular file");
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  private int runKilled(String moment) throws IOException, InterruptedException {
    return run(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        Killed.class.getName(),
        file.toString(),
        moment);
  }

  private static int run(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      return -1;
    }
  }

  /** A program that ends without any cleaning up. */
  static final class Killed {
    private Killed() {}

    public static void main(String[] arguments) {
      Path file = Path.of(arguments[0]);
      if (arguments[1].equals("writing")) {
        OutputFile.write(file, true, Killed::writeAndEnd);
      }
      OutputFile.stage(file, true, out -> out.write(NEW));
      Runtime.getRuntime().halt(KILLED);
    }

    private static void writeAndEnd(OutputStream out) throws IOException {
      out.write(NEW);
      out.flush();
      Runtime.getRuntime().halt(KILLED);
    }
  }
}
