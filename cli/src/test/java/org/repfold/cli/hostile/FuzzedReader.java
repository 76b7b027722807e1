package org.repfold.cli.hostile;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A reader, and sound files for it.
 *
 * @param name for messages
 * @param fileName what the files are called
 * @param reading the reader
 */
public record FuzzedReader(String name, String fileName, Reading reading, List<Seed> seeds) {
  public FuzzedReader {
    seeds = List.copyOf(seeds);
  }

  /** Reads a file. */
  @FunctionalInterface
  public interface Reading {
    void read(Path file) throws IOException;
  }

  @Override
  public String toString() {
    return name;
  }
}
