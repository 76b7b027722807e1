package org.repfold.cli;

import picocli.CommandLine;

/** Makes commands, handing each the console. */
final class CommandFactory implements CommandLine.IFactory {
  private final Console console;

  CommandFactory(Console console) {
    this.console = console;
  }

  @Override
  public <K> K create(Class<K> type) throws Exception {
    if (ConsoleCommand.class.isAssignableFrom(type)) {
      K command = type.getDeclaredConstructor().newInstance();
      ((ConsoleCommand) command).use(console);
      return command;
    }
    return CommandLine.defaultFactory().create(type);
  }
}
