package org.repfold.converter.io.pytorch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.repfold.graph.BadInputException;
import org.repfold.graph.file.InputFile;

/** A part of a file that holds pickles, read in order, no further than a pickle may be long. */
final class PickleStream extends InputStream {
  /** The state of a training with tens of thousands of tensors takes a few. */
  private static final long LARGEST_PICKLE = 64 << 20;

  private static final int BUFFER = 1 << 13;

  private final InputFile in;
  private final long limit;
  private ByteBuffer buffer = ByteBuffer.allocate(0);
  private long position;
  private long pickleStart;

  /** The bytes of a file from {@code begin} (inclusive) to {@code limit} (exclusive). */
  PickleStream(InputFile in, long begin, long limit) {
    this.in = in;
    this.position = begin;
    this.pickleStart = begin;
    this.limit = limit;
  }

  /** Where in the file the next byte is. */
  long position() {
    return position;
  }

  /** From here on, another pickle may be as long as any. */
  void startPickle() {
    pickleStart = position;
  }

  /**
   * Checks that as many bytes are left, before memory is taken for them.
   *
   * @throws BadInputException if the pickle would be too long, or the file ends before
   */
  void require(long length) {
    if (length < 0 || length > limit - position) {
      throw new BadInputException(
          "pickle: expected "
              + Long.toUnsignedString(length)
              + " bytes at byte "
              + position
              + ", found "
              + (limit - position)
              + " until its end");
    }
    if (position - pickleStart + length > LARGEST_PICKLE) {
      throw new BadInputException(
          "expected a pickle of at most " + LARGEST_PICKLE + " bytes, found a longer one");
    }
  }

  @Override
  public int read() throws IOException {
    require(1);
    if (!buffer.hasRemaining()) {
      buffer = in.bytes(position, (int) Math.min(BUFFER, limit - position));
    }
    position++;
    return Byte.toUnsignedInt(buffer.get());
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    require(length);
    for (int i = 0; i < length; i++) {
      target[offset + i] = (byte) read();
    }
    return length;
  }

  /** The next bytes, so many of them. */
  byte[] bytes(long length) throws IOException {
    require(length);
    byte[] bytes = new byte[(int) length];
    read(bytes, 0, bytes.length);
    return bytes;
  }
}
