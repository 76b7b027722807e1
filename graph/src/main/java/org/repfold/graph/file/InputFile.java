package org.repfold.graph.file;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.repfold.graph.BadInputException;

/**
 * A file of numbers, read at given positions. Every length is checked against the file's size
 * before memory is taken for it.
 *
 * <p>Large tensors are left in the file and read when they are used, so it must not be overwritten
 * for as long; a new file may take its name.
 */
public final class InputFile {
  private static final int BUFFER = 1 << 20;

  private final FileChannel channel;
  private final long size;

  private InputFile(FileChannel channel) throws IOException {
    this.channel = channel;
    this.size = channel.size();
  }

  /** Makes something of a file. */
  @FunctionalInterface
  public interface Parser<T> {
    T parse(InputFile in) throws IOException;
  }

  /**
   * Opens a file, parses it and closes it.
   *
   * @throws BadInputException in one line, starting with the file, if it cannot be read or the
   *     parser finds it bad
   */
  public static <T> T read(Path file, Parser<T> parser) {
    requireFile(file);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return parser.parse(new InputFile(channel));
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be read: " + e.getMessage(), e);
    } catch (BadInputException e) {
      throw new BadInputException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Checks that there is a file to read.
   *
   * @throws BadInputException if it is missing, or a folder or device
   */
  public static void requireFile(Path file) {
    if (!Files.exists(file)) {
      throw new BadInputException(file + ": expected a file, found nothing of that name");
    }
    if (!Files.isRegularFile(file)) {
      throw new BadInputException(file + ": expected a file, found a folder or device");
    }
  }

  /** The file's length in bytes. */
  public long size() {
    return size;
  }

  /**
   * The bytes from a position on, as a little-endian buffer.
   *
   * @throws BadInputException if the file ends before
   */
  public ByteBuffer bytes(long position, int length) throws IOException {
    requireInside(position, length);
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    fill(buffer, position);
    return buffer;
  }

  /**
   * Hands over the bytes from a position on, piece by piece, so that they are never in memory all
   * at once. A piece holds whole numbers of up to 8 bytes, and is used before the next one is read.
   *
   * @throws BadInputException if the file ends before
   */
  public void chunks(long position, long length, ByteOrder order, Consumer<ByteBuffer> use)
      throws IOException {
    requireInside(position, length);
    ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(length, BUFFER)).order(order);
    for (long done = 0; done < length; done += chunk.limit()) {
      chunk.clear().limit((int) Math.min(BUFFER, length - done));
      fill(chunk, position + done);
      use.accept(chunk);
    }
  }

  /**
   * The bytes from a position on, as a little-endian buffer that reads them from the file where and
   * when they are used. They stay readable when the file is closed or deleted, but must not be
   * changed.
   *
   * @throws BadInputException if the file ends before
   */
  public ByteBuffer mapped(long position, int length) throws IOException {
    requireInside(position, length);
    return channel
        .map(FileChannel.MapMode.READ_ONLY, position, length)
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Checks that the file has the bytes from a position on, before memory is taken for them.
   *
   * @throws BadInputException if the file ends before
   */
  public void requireInside(long position, long length) {
    if (position < 0 || length < 0 || position > size || length > size - position) {
      throw new BadInputException(
          "expected " + length + " bytes from byte " + position + " on, found a file of " + size);
    }
  }

  private void fill(ByteBuffer buffer, long position) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new EOFException("the file became shorter while being read");
      }
    }
    buffer.flip();
  }
}
