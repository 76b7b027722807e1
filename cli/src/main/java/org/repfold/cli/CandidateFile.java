package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Consumer;
import org.repfold.graph.BadInputException;
import org.repfold.graph.file.OutputFile;

/**
 * An output that is written beside its place, looked at, and takes its place only if it is right.
 */
final class CandidateFile implements AutoCloseable {
  private final Path output;
  private final Path candidate;

  /**
   * Writes the candidate.
   *
   * @param force whether to replace an existing output
   * @throws BadInputException if the output exists and must not be replaced, or cannot be written
   */
  CandidateFile(Path output, boolean force, Consumer<Path> writer) {
    OutputFile.requireWritable(output, force);
    this.output = output;
    this.candidate =
        output.resolveSibling(
            "." + output.getFileName() + "." + ProcessHandle.current().pid() + ".candidate");
    writer.accept(candidate);
  }

  Path path() {
    return candidate;
  }

  /** Puts the candidate into its place. */
  void accept() {
    try {
      Files.move(
          candidate, output, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new BadInputException(output + ": cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(candidate);
    } catch (IOException e) {
      candidate.toFile().deleteOnExit();
    }
  }
}
