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
import java.util.concurrent.ThreadLocalRandom;
import org.repfold.graph.BadInputException;

/**
 * Writes a file so that it is there whole or not at all: to a temporary file beside it, flushed to
 * the disk, then renamed. Whatever happens before the rename, an older file stays as it is.
 */
public final class OutputFile {
  private static final int BUFFER = 1 << 20;

  private OutputFile() {}

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
    requireWritable(file, force);
    Path target = file.toAbsolutePath();
    Path temporary = temporary(target);
    try {
      try (FileChannel channel =
              FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
          OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER)) {
        content.writeTo(out);
        out.flush();
        channel.force(true);
      }
      Files.move(
          temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new BadInputException(file + ": cannot be written: " + reason(e), e);
    } finally {
      delete(temporary);
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
    if (Files.exists(target) && !force) {
      throw new BadInputException(file + ": exists already; --force replaces it");
    }
  }

  /** A name of its own for every write, so that neither another writer nor one killed matters. */
  private static Path temporary(Path target) {
    String unique = Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36);
    return target.resolveSibling("." + target.getFileName() + "." + unique + ".tmp");
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // The write has already failed with a better reason, or the rename has taken the file away.
      file.toFile().deleteOnExit();
    }
  }
}
