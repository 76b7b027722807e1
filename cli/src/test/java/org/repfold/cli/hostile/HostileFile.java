package org.repfold.cli.hostile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that is to be refused.
 *
 * @param name what is wrong with it
 * @param use what a user would take it for
 * @param fileName what it is called
 * @param content what is in it
 * @param beside makes what lies in the same folder
 * @param expected a part of what is to be said of it
 */
public record HostileFile(
    String name, Use use, String fileName, byte[] content, Beside beside, String expected) {

  /** What files are taken for. */
  public enum Use {
    MODEL,
    ARCHITECTURE,
    INPUT,
    DATA
  }

  /** Makes further files. */
  @FunctionalInterface
  public interface Beside {
    void makeIn(Path folder) throws IOException;
  }

  static HostileFile model(String name, String fileName, byte[] content, String expected) {
    return new HostileFile(name, Use.MODEL, fileName, content, folder -> {}, expected);
  }

  HostileFile with(Beside files) {
    return new HostileFile(name, use, fileName, content, files, expected);
  }

  /** Makes the file and what lies beside it; gives its path. */
  public Path write(Path folder) throws IOException {
    beside.makeIn(folder);
    return Files.write(folder.resolve(fileName), content);
  }

  @Override
  public String toString() {
    return fileName + ": " + name;
  }
}
