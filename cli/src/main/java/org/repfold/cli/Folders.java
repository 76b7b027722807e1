package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Folders that hold files only. */
final class Folders {
  private Folders() {}

  /** The files in a folder. */
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  /** Deletes a folder with its files; where the system refuses, when the program ends. */
  static void delete(Path folder) {
    folder.toFile().deleteOnExit();
    try {
      for (Path file : files(folder)) {
        file.toFile().deleteOnExit();
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      // Some systems keep files for as long as they are mapped into memory.
      return;
    }
  }
}
