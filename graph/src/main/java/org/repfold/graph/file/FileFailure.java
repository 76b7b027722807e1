package org.repfold.graph.file;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.repfold.graph.BadInputException;

/** Says in one line what the system refused to do with a file. */
public final class FileFailure {
  private FileFailure() {}

  /** The error for a file that could not be read. */
  public static BadInputException cannotRead(Path file, IOException cause) {
    return new BadInputException(file + ": cannot be read: " + reason(cause), cause);
  }

  /** The error for a file that could not be written. */
  public static BadInputException cannotWrite(Path file, IOException cause) {
    return new BadInputException(file + ": cannot be written: " + reason(cause), cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return "no such file";
    } else if (cause instanceof AccessDeniedException) {
      return "access denied";
    } else if (cause instanceof FileSystemException failure && failure.getReason() != null) {
      return failure.getReason();
    }
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }
}
