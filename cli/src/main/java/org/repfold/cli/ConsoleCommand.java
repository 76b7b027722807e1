package org.repfold.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What all commands share: where they print, and whether as JSON. */
abstract class ConsoleCommand implements Callable<Integer> {
  @Option(
      names = "--json",
      description = "Print one JSON document on standard output, all else on standard error.")
  private boolean json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private Console console;

  void use(Console newConsole) {
    console = newConsole;
  }

  final Console console() {
    return json ? console.withJson() : console;
  }

  /** What the user typed. */
  final String commandLine() {
    CommandLine top = spec.root().commandLine();
    return "repfold " + String.join(" ", top.getParseResult().originalArgs());
  }
}
