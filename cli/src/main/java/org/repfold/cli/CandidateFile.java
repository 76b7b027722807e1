package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.repfold.graph.BadInputException;
import org.repfold.graph.file.OutputFile;

/**
 * An output that is written in a folder beside its place, looked at, and takes its place only if it
 * is right; with it the file of parameters that a large ONNX model has beside it.
 */
final class CandidateFile implements AutoCloseable {
  private final Path output;
  private final boolean force;
  private final Path folder;

  /**
   * Writes the candidate.
   *
   * @param force whether to replace an existing output
   * @throws BadInputException if the output exists and must not be replaced, or cannot be written
   */
  CandidateFile(Path output, boolean force, Consumer<Path> writer) {
    OutputFile.requireWritable(output, force);
    this.output = output;
    this.force = force;
    this.folder =
        output.resolveSibling(
            "." + output.getFileName() + "." + ProcessHandle.current().pid() + ".candidate");
    boolean complete = false;
    try {
      Files.createDirectory(folder);
      writer.accept(path());
      complete = true;
    } catch (IOException e) {
      throw cannotWrite(e);
    } finally {
      if (!complete) {
        close();
      }
    }
  }

  Path path() {
    return folder.resolve(output.getFileName());
  }

  /**
   * Puts the candidate into its place.
   *
   * @throws BadInputException if a file that belongs to it exists and must not be replaced
   */
  void accept() {
    try {
      List<Path> files = new ArrayList<>(Folders.files(folder));
      // Last, so that a model never is without its parameters.
      files.remove(path());
      files.add(path());
      for (Path file : files) {
        OutputFile.requireWritable(place(file), force);
      }
      for (Path file : files) {
        Files.move(
            file, place(file), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  private Path place(Path file) {
    return output.resolveSibling(file.getFileName());
  }

  private BadInputException cannotWrite(IOException e) {
    return new BadInputException(output + ": cannot be written: " + e.getMessage(), e);
  }

  @Override
  public void close() {
    Folders.delete(folder);
  }
}
