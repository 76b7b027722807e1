package org.repfold.graph.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.repfold.graph.BadInputException;

/**
 * Writes a file so that it is there whole or not at all: to a temporary file beside it, flushed to
 * the disk, then renamed. Whatever happens before the rename, an older file stays as it is.
 *
 * <p>{@link #write} does it all; {@link #stage} and {@link #commit} let several files appear
 * together.
 */
public final class OutputFile implements AutoCloseable {
  private static final int BUFFER = 1 << 20;

  private final Path file;
  private final Path temporary;

  private OutputFile(Path file, Path temporary) {
    this.file = file;
    this.temporary = temporary;
  }

  /** What to put into a file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes a file.
   *
   * @param force whether to replace an existing one
   * @throws BadInputException if the file exists and must not be replaced, or its folder is
   *     missing, read-only or full
   */
  public static void write(Path file, boolean force, Content content) {
    try (OutputFile staged = stage(file, force, content)) {
      staged.commit();
    }
  }

  /**
   * Writes the content to the disk beside the file. The file itself appears with {@link #commit};
   * closed before that, it never does.
   *
   * @throws BadInputException as {@link #write}
   */
  public static OutputFile stage(Path file, boolean force, Content content) {
    requireWritable(file, force);
    OutputFile staged =
        new OutputFile(
            file, file.toAbsolutePath().resolveSibling(".repfold-" + UUID.randomUUID() + ".tmp"));
    boolean complete = false;
    try (FileChannel channel =
            FileChannel.open(
                staged.temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER)) {
      content.writeTo(out);
      out.flush();
      channel.force(true);
      complete = true;
    } catch (IOException e) {
      throw FileFailure.cannotWrite(file, e);
    } finally {
      if (!complete) {
        staged.close();
      }
    }
    return staged;
  }

  /**
   * Lets the file appear, in place of an older one.
   *
   * @throws BadInputException if the system refuses
   */
  public void commit() {
    Path target = file.toAbsolutePath();
    try {
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw FileFailure.cannotWrite(file, e);
    }
    flushFolder(target.getParent());
  }

  /** Removes what was written, unless it was committed. */
  @Override
  public void close() {
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // What made the write fail is worth more to the user than this.
      temporary.toFile().deleteOnExit();
    }
  }

  /** Until the folder is on the disk too, a power cut may undo the rename. */
  private static void flushFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Some systems cannot open folders; there the file is whole all the same.
      return;
    }
  }

  /**
   * Checks before long work that a file can be written after it.
   *
   * @throws BadInputException as {@link #write}
   */
  public static void requireWritable(Path file, boolean force) {
    Path target = file.toAbsolutePath();
    Path folder = target.getParent();
    if (folder == null || Files.isDirectory(target)) {
      throw new BadInputException(file + ": expected the name of a file, found a folder");
    }
    if (!Files.isDirectory(folder)) {
      throw new BadInputException(file + ": expected an existing folder " + folder);
    }
    if (!Files.isWritable(folder)) {
      throw new BadInputException(
          file + ": expected a writable folder, " + folder + " is read-only");
    }
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      // A rename would replace a device by a file.
      throw new BadInputException(file + ": expected a regular file, found a device or pipe");
    }
    if (Files.exists(target) && !force) {
      throw new BadInputException(file + ": exists already; --force replaces it");
    }
  }
}
