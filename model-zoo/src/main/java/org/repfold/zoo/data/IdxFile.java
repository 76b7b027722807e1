package org.repfold.zoo.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * An IDX file of unsigned bytes, the format of MNIST: two zero bytes, the type (8), the rank, one
 * big-endian 32-bit size per axis, then the values in C order. A gzipped file is recognised by its
 * content.
 *
 * @param sizes size of each axis
 * @param values the values
 */
public record IdxFile(int[] sizes, byte[] values) {
  private static final int UNSIGNED_BYTE = 8;
  private static final int GZIP_MAGIC = 0x1f8b;

  /** Larger than any image set that fits into one Java array. */
  private static final long MAX_VALUES = Integer.MAX_VALUE - 8L;

  /**
   * Reads a file.
   *
   * @param rank the number of axes that is expected
   * @throws IOException naming the file, what was expected and what was found, if it is not a whole
   *     IDX file of that rank, or cannot be read
   */
  public static IdxFile read(Path file, int rank) throws IOException {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
        InputStream in = isGzip(raw) ? new GZIPInputStream(raw) : raw) {
      return read(new DataInputStream(in), file, rank);
    } catch (EOFException e) {
      throw new IOException(file + ": truncated IDX file", e);
    } catch (java.util.zip.ZipException e) {
      throw new IOException(file + ": damaged gzip data: " + e.getMessage(), e);
    }
  }

  private static boolean isGzip(InputStream in) throws IOException {
    in.mark(2);
    int magic = in.read() << 8 | in.read();
    in.reset();
    return magic == GZIP_MAGIC;
  }

  private static IdxFile read(DataInputStream in, Path file, int rank) throws IOException {
    int magic = in.readInt();
    int expected = UNSIGNED_BYTE << 8 | rank;
    if (magic != expected) {
      throw new IOException(
          "%s: expected IDX magic number %08x (unsigned bytes of rank %d), found %08x"
              .formatted(file, expected, rank, magic));
    }
    int[] sizes = new int[rank];
    long length = 1;
    for (int axis = 0; axis < rank; axis++) {
      sizes[axis] = in.readInt();
      if (sizes[axis] <= 0 || length > MAX_VALUES / sizes[axis]) {
        throw new IOException(
            "%s: expected positive sizes of at most %d values, found %s"
                .formatted(file, MAX_VALUES, Arrays.toString(Arrays.copyOf(sizes, axis + 1))));
      }
      length *= sizes[axis];
    }
    // readNBytes grows with what the file really holds, whatever its header claims.
    byte[] values = in.readNBytes((int) length);
    if (values.length != length) {
      throw new IOException(
          "%s: expected %d values for sizes %s, found %d"
              .formatted(file, length, Arrays.toString(sizes), values.length));
    }
    if (in.read() >= 0) {
      throw new IOException(
          "%s: expected the end after %d values, found more".formatted(file, length));
    }
    return new IdxFile(sizes, values);
  }
}
