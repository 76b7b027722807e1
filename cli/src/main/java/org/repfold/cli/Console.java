package org.repfold.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintStream;

/**
 * Where a command prints: text for people on standard output; or one JSON document there, and the
 * text on standard error.
 */
final class Console {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final PrintStream out;
  private final PrintStream err;
  private final boolean json;

  Console(PrintStream out, PrintStream err) {
    this(out, err, false);
  }

  private Console(PrintStream out, PrintStream err, boolean json) {
    this.out = out;
    this.err = err;
    this.json = json;
  }

  Console withJson() {
    return new Console(out, err, true);
  }

  boolean isJson() {
    return json;
  }

  /** Whether a person watches: bars may move. */
  boolean isTerminal() {
    return System.console() != null && !json;
  }

  /** Where text for people goes. */
  PrintStream text() {
    return json ? err : out;
  }

  void line(String format, Object... arguments) {
    text().println(String.format(java.util.Locale.ROOT, format, arguments));
  }

  /** Prints a document that is JSON text already, if JSON was asked for. */
  void jsonText(String document) {
    if (json) {
      out.println(document);
    }
  }

  /** Prints the document, if JSON was asked for. */
  void document(Object document) {
    if (json) {
      try {
        out.println(JSON.writeValueAsString(document));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
