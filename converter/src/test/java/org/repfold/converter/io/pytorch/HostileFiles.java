package org.repfold.converter.io.pytorch;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.repfold.converter.io.Checkpoint;
import org.repfold.graph.BadInputException;

/** Expects hostile files to be refused in one line, soon. */
final class HostileFiles {
  /** Of reading one file, on a busy machine too. */
  static final Duration SOON = Duration.ofSeconds(2);

  private HostileFiles() {}

  /** A file, what a reader is to say of it, and what it is called in reports. */
  record HostileFile(String name, byte[] bytes, String expected) {
    @Override
    public String toString() {
      return name;
    }
  }

  static void assertRefused(Path folder, HostileFile hostile) {
    Path file = write(folder, hostile.bytes());
    BadInputException refusal =
        assertTimeoutPreemptively(
            SOON, () -> assertThrows(BadInputException.class, () -> Checkpoint.read(file)));
    String message = refusal.getMessage();
    assertTrue(message.startsWith(file + ": "), message);
    assertFalse(message.contains("\n"), message);
    assertTrue(message.contains(hostile.expected()), message);
  }

  static Path write(Path folder, byte[] bytes) {
    try {
      return Files.write(folder.resolve("hostile"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
