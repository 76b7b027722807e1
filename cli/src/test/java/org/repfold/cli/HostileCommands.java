package org.repfold.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Runs commands one after the other, and writes down after each what became of all so far. */
final class HostileCommands {
  private HostileCommands() {}

  public static void main(String[] files) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<HostileFilesTest.Outcome> outcomes = new ArrayList<>();
    for (String[] command : json.readValue(new File(files[0]), String[][].class)) {
      long start = System.nanoTime();
      CommandResult result = CommandResult.of((Object[]) command);
      long milliseconds = (System.nanoTime() - start) / 1_000_000;
      outcomes.add(
          new HostileFilesTest.Outcome(
              result.exitCode(), result.out(), result.err(), milliseconds));
      json.writeValue(new File(files[1]), outcomes);
    }
  }
}
