package org.repfold.converter.io.pytorch;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.repfold.graph.BadInputException;
import org.repfold.graph.file.InputFile;

/**
 * A part of a file.
 *
 * @param position of its first byte
 * @param size in bytes
 * @param checksum CRC-32, or 0 where the file states none, as PyTorch may be told to
 */
record Region(long position, long size, long checksum) {

  /** The position after the last byte. */
  long end() {
    return position + size;
  }

  /**
   * Checks the bytes.
   *
   * @param name what the part is called in messages
   * @throws BadInputException if they do not match the checksum
   */
  void requireChecksum(InputFile in, String name) throws IOException {
    if (checksum == 0) {
      return;
    }
    CRC32 found = new CRC32();
    in.chunks(position, size, ByteOrder.LITTLE_ENDIAN, found::update);
    if (found.getValue() != checksum) {
      throw new BadInputException(
          "%s: expected bytes of checksum %08x, found %08x"
              .formatted(name, checksum, found.getValue()));
    }
  }
}
