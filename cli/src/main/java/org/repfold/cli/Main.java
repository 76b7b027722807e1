package org.repfold.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line's entry: commands, exit codes, and errors in one line. */
@Command(
    name = "repfold",
    description =
        "Converts trained networks to their deploy form, and proves that both are equivalent.",
    versionProvider = Main.Version.class,
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    usageHelpAutoWidth = true,
    subcommands = {
      DemoCommand.class,
      TrainCommand.class,
      ConvertCommand.class,
      VerifyCommand.class,
      InspectCommand.class,
      RunCommand.class,
      ModelsCommand.class,
      DoctorCommand.class,
      LocalPerceptronStudy.class,
      ZooTable.class,
      MemoryCommand.class
    },
    footer = {"", "Example:", "  repfold demo --out my-demo"})
public final class Main implements Runnable {
  /** Everything was done. */
  public static final int DONE = 0;

  /** The two forms are not equivalent. */
  public static final int NOT_EQUIVALENT = 1;

  /** What the user handed over is unusable. */
  public static final int BAD_INPUT = 2;

  /** A defect of Repfold. */
  public static final int INTERNAL_ERROR = 3;

  /** Stopped by Ctrl-C, as shells have it. */
  public static final int INTERRUPTED = 130;

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Print stack traces of errors.")
  private boolean debug;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Runs the command line and leaves the JVM with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs the command line; gives its exit code. */
  static int run(String... arguments) {
    return run(System.out, System.err, arguments);
  }

  static int run(PrintStream out, PrintStream err, String... arguments) {
    Main main = new Main();
    CommandLine line = new CommandLine(main, new CommandFactory(new Console(out, err)));
    line.setOut(new java.io.PrintWriter(out, true));
    line.setErr(new java.io.PrintWriter(err, true));
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setColorScheme(CommandLine.Help.defaultColorScheme(ansi()));
    line.setParameterExceptionHandler(
        (exception, given) -> {
          err.println("repfold: " + oneLine(exception.getMessage()));
          return BAD_INPUT;
        });
    line.setExecutionExceptionHandler((exception, command, parsed) -> main.report(exception, err));
    try {
      return line.execute(arguments);
    } catch (OutOfMemoryError e) {
      err.println(
          "repfold: out of memory with a heap of "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MiB; fix: export REPFOLD_JAVA_OPTIONS=-Xmx8g");
      return INTERNAL_ERROR;
    } catch (InternalError e) {
      // What is read where it is in a file comes from the disk at any time.
      err.println(
          "repfold: a file could not be read to its end: it was changed meanwhile, or the disk"
              + " failed ("
              + oneLine(e.getMessage())
              + ")");
      return BAD_INPUT;
    }
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "expected a command; 'repfold --help' lists them");
  }

  private int report(Exception exception, PrintStream err) {
    if (debug) {
      exception.printStackTrace(err);
    }
    if (exception instanceof BadInputException || exception instanceof IOException) {
      err.println("repfold: " + oneLine(exception.getMessage()));
      return BAD_INPUT;
    }
    err.println(
        "repfold: internal error: " + oneLine(exception.toString()) + "; --debug shows where");
    return INTERNAL_ERROR;
  }

  private static String oneLine(String message) {
    return message == null ? "" : message.replaceAll("\\s*\\R\\s*", "; ");
  }

  private static CommandLine.Help.Ansi ansi() {
    return System.getenv("NO_COLOR") == null
        ? CommandLine.Help.Ansi.AUTO
        : CommandLine.Help.Ansi.OFF;
  }

  /** The version in the jar's manifest. */
  static final class Version implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"repfold " + number()};
    }

    static String number() {
      return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
          .orElse("development");
    }
  }
}
