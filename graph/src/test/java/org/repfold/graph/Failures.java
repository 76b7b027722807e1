package org.repfold.graph;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** Assertions about what a user is told. */
public final class Failures {
  private Failures() {}

  /** Asserts that bad input is refused in one line that holds all the given parts. */
  public static void assertRefused(Executable action, String... parts) {
    String message = assertThrows(BadInputException.class, action).getMessage();
    assertFalse(message.contains("\n"), message);
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "'" + part + "' is missing in: " + message);
    }
  }
}
