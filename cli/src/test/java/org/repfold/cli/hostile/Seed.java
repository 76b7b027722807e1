package org.repfold.cli.hostile;

import java.util.function.UnaryOperator;

/**
 * A sound file, of which a part is changed.
 *
 * @param name for messages
 * @param content the part
 * @param file the file that has such a part: it lets changes get past compression, checksums and
 *     lengths, which would otherwise hide them from what reads the part
 */
public record Seed(String name, byte[] content, UnaryOperator<byte[]> file) {

  /** A file of which any part is changed. */
  public static Seed of(String name, byte[] content) {
    return new Seed(name, content, UnaryOperator.identity());
  }
}
