package org.repfold.graph.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.repfold.graph.Refusals.assertRefused;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
  private static final OutputFile.Content NEW = out -> out.write("new".getBytes(UTF_8));

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameTheFile() {
    file = folder.resolve("model.onnx");
  }

  @Test
  void fileHasTheContentAndNothingElseIsLeft() throws IOException {
    OutputFile.write(file, false, NEW);
    assertHolds("new");
  }

  @Test
  void existingFileIsRefusedWithoutForceBeforeContentIsAskedFor() throws IOException {
    Files.writeString(file, "old");
    AtomicInteger calls = new AtomicInteger();
    assertRefused(
        () -> OutputFile.write(file, false, out -> calls.incrementAndGet()),
        file + ": exists already");
    assertEquals(0, calls.get());
    assertHolds("old");
  }

  @Test
  void existingFileIsReplacedWithForce() throws IOException {
    Files.writeString(file, "old and longer");
    OutputFile.write(file, true, NEW);
    assertHolds("new");
  }

  @Test
  void missingFolderIsRefused() {
    Path inside = folder.resolve("missing").resolve("model.onnx");
    assertRefused(() -> OutputFile.write(inside, true, NEW), inside + ": ", "existing folder");
  }

  @Test
  void folderInPlaceOfAFileIsRefused() {
    assertRefused(() -> OutputFile.write(folder, true, NEW), folder + ": ", "found a folder");
    assertRefused(() -> OutputFile.write(Path.of("/"), true, NEW), "found a folder");
  }

  @Test
  void fileInPlaceOfAFolderIsRefused() throws IOException {
    Files.writeString(file, "old");
    Path inside = file.resolve("model.onnx");
    assertRefused(() -> OutputFile.write(inside, true, NEW), "existing folder");
  }

  @Test
  void readOnlyFolderIsRefused() {
    assumeTrue(folder.toFile().setWritable(false));
    try {
      assumeFalse(Files.isWritable(folder), "permissions do not bind this user");
      assertRefused(() -> OutputFile.write(file, false, NEW), "read-only");
    } finally {
      folder.toFile().setWritable(true);
    }
  }

  @Test
  void failingStreamLeavesTheOldFileAndNothingElse() throws IOException {
    Files.writeString(file, "old");
    assertRefused(
        () ->
            OutputFile.write(
                file,
                true,
                out -> {
                  out.write(new byte[5 << 20]);
                  throw new IOException("No space left on device");
                }),
        file + ": cannot be written: No space left on device");
    assertHolds("old");
  }

  @Test
  void fullDiskLeavesTheOldFileAndNothingElse() throws Exception {
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.toString()) == 0);
    try {
      Files.writeString(file, "old");
      assertRefused(
          () -> OutputFile.write(file, true, out -> out.write(new byte[1 << 20])),
          file + ": cannot be written: ");
      assertHolds("old");
    } finally {
      run("umount", folder.toString());
    }
  }

  @Test
  void contentThatThrowsMidwayLeavesTheOldFileAndNothingElse() throws IOException {
    Files.writeString(file, "old");
    assertThrows(
        IllegalStateException.class,
        () ->
            OutputFile.write(
                file,
                true,
                out -> {
                  NEW.writeTo(out);
                  throw new IllegalStateException();
                }));
    assertHolds("old");
  }

  @Test
  void errorMidwayLeavesNothing() throws IOException {
    assertThrows(
        OutOfMemoryError.class,
        () ->
            OutputFile.write(
                file,
                false,
                out -> {
                  throw new OutOfMemoryError();
                }));
    assertEquals(List.of(), files());
  }

  @Test
  void processKilledBeforeTheRenameLeavesTheOldFileAndHarmsNoLaterWrite() throws Exception {
    Files.writeString(file, "old");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    int status =
        run(
            java,
            "-cp",
            System.getProperty("java.class.path"),
            KilledWriter.class.getName(),
            file.toString());
    assertEquals(KilledWriter.STATUS, status);
    assertEquals("old", Files.readString(file));
    assertEquals(2, files().size());
    OutputFile.write(file, true, NEW);
    assertEquals("new", Files.readString(file));
  }

  @Test
  void simultaneousWritersLeaveOneWholeFile() throws IOException {
    IntStream.range(0, 16)
        .parallel()
        .forEach(
            writer ->
                OutputFile.write(
                    file,
                    true,
                    out -> out.write(("" + writer % 8).repeat(100_000).getBytes(UTF_8))));
    String content = Files.readString(file);
    assertEquals(content.substring(0, 1).repeat(100_000), content);
    assertEquals(List.of(file), files());
  }

  @Test
  void checkBeforeLongWorkLeavesNothing() throws IOException {
    OutputFile.requireWritable(file, false);
    assertFalse(Files.exists(file));
    assertEquals(List.of(), files());
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private void assertHolds(String content) throws IOException {
    assertEquals(content, Files.readString(file));
    assertEquals(List.of(file), files());
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }
}
