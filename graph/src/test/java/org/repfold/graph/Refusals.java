package org.repfold.graph;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** Expects bad input to be refused in one line that says what a user must know. */
public final class Refusals {
  private Refusals() {}

  public static void assertRefused(Executable action, String... parts) {
    String message = assertThrows(BadInputException.class, action).getMessage();
    assertFalse(message.contains("\n"), message);
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "no '" + part + "' in: " + message);
    }
  }
}
