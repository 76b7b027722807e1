package org.repfold.zoo;

import java.util.List;
import org.repfold.graph.BadInputException;

/** What configurations require of their settings. */
public final class Settings {
  private Settings() {}

  /**
   * Requires a number above 0.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public static void positive(String name, int value) {
    require(value > 0, "%s: expected a positive number, found %d", name, value);
  }

  /**
   * Requires one number above 0 for each stage.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public static void perStage(String name, List<Integer> values, int stages) {
    require(
        values.size() == stages,
        "%s: expected one value for each of %d stages, found %s",
        name,
        stages,
        values);
    values.forEach(value -> positive(name, value));
  }

  /**
   * Requires that a condition holds.
   *
   * @param message a format of what was expected and what was found
   * @throws BadInputException with the message
   */
  public static void require(boolean condition, String message, Object... arguments) {
    if (!condition) {
      throw new BadInputException(message.formatted(arguments));
    }
  }
}
