package org.repfold.cli.hostile;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * Bytes of a file replaced by others, perhaps by more or fewer.
 *
 * @param from the first that is replaced
 * @param to the one after the last
 * @param replacement what stands there then
 */
record Edit(int from, int to, byte[] replacement) {

  /** The file after the edit; beyond its end nothing is replaced. */
  byte[] applyTo(byte[] bytes) {
    int start = Math.min(from, bytes.length);
    int end = Math.min(to, bytes.length);
    byte[] result = Arrays.copyOf(bytes, bytes.length - (end - start) + replacement.length);
    System.arraycopy(replacement, 0, result, start, replacement.length);
    System.arraycopy(bytes, end, result, start + replacement.length, bytes.length - end);
    return result;
  }

  @Override
  public String toString() {
    return "bytes "
        + from
        + " to "
        + to
        + " become '"
        + HexFormat.of().formatHex(replacement)
        + "'";
  }
}
