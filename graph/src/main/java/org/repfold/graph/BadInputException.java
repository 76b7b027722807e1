package org.repfold.graph;

/**
 * Something that a user handed over is unusable: a file, a tensor, a node, an option.
 *
 * <p>The message is one line that names the culprit, what was expected and what was found.
 */
public final class BadInputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BadInputException(String message) {
    super(oneLine(message));
  }

  public BadInputException(String message, Throwable cause) {
    super(oneLine(message), cause);
  }

  /** Names come from files, and may have line breaks and terminal codes in them. */
  private static String oneLine(String message) {
    return message.replaceAll("\\p{Cntrl}", "?");
  }
}
