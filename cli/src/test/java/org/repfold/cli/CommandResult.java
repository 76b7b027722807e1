package org.repfold.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** What a command line printed and how it ended. */
record CommandResult(int exitCode, String out, String err) {

  static CommandResult of(Object... arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int exitCode =
        Main.run(
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            words);
    return new CommandResult(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  CommandResult assertDone() {
    assertEquals(Main.DONE, exitCode, () -> out + err);
    return this;
  }

  /** Asserts one line on standard error with all the words, and exit code 2. */
  void assertBadInput(String... words) {
    assertEquals(Main.BAD_INPUT, exitCode, () -> out + err);
    assertEquals(1, err.lines().count(), () -> "expected one line: " + err);
    for (String word : words) {
      assertTrue(err.contains(word), () -> "expected '" + word + "' in: " + err);
    }
  }
}
