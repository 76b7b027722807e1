package org.repfold.graph.file;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A program that dies when it has written everything and renamed nothing. */
final class KilledWriter {
  static final int STATUS = 42;

  private KilledWriter() {}

  public static void main(String... arguments) {
    OutputFile.write(
        Path.of(arguments[0]),
        true,
        out -> {
          out.write("new".getBytes(StandardCharsets.UTF_8));
          out.flush();
          Runtime.getRuntime().halt(STATUS);
        });
  }
}
