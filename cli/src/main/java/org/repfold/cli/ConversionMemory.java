package org.repfold.cli;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.repfold.graph.BadInputException;

/**
 * What a command of Repfold takes in a process of its own.
 *
 * @param exitCode of the process
 * @param seconds from its start to its end
 * @param ownBytes the most memory of its own that it had at any time: heap and native
 * @param fileBytes the most bytes of files that it had mapped into memory at any time, which the
 *     system takes back when others need it
 */
record ConversionMemory(int exitCode, double seconds, long ownBytes, long fileBytes) {
  private static final int MILLISECONDS = 20;

  /**
   * Runs the command, with what it prints where this process prints.
   *
   * @param heap the limit of its heap, as the JVM's option {@code -Xmx} takes it; empty for none
   * @throws BadInputException if the system does not tell a process's memory as Linux does
   */
  static ConversionMemory measure(String heap, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    if (!heap.isEmpty()) {
      command.add("-Xmx" + heap);
    }
    command.add(Main.class.getName());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    // Not as an argument: ONNX Runtime crashes on very long ones.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    long start = System.nanoTime();
    try {
      Process process = builder.start();
      try {
        return watch(process, start);
      } finally {
        process.destroy();
      }
    } catch (IOException e) {
      throw new BadInputException("cannot start java: " + e.getMessage(), e);
    }
  }

  private static ConversionMemory watch(Process process, long start) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.exists(status)) {
      throw new BadInputException("expected Linux, which tells the memory of a process in /proc");
    }
    long own = 0;
    long files = 0;
    while (process.isAlive()) {
      long ownNow = 0;
      long filesNow = 0;
      for (String line : lines(status)) {
        if (line.startsWith("RssAnon:")) {
          ownNow = bytes(line);
        } else if (line.startsWith("RssFile:") || line.startsWith("RssShmem:")) {
          filesNow += bytes(line);
        }
      }
      own = Math.max(own, ownNow);
      files = Math.max(files, filesNow);
      Pause.milliseconds(MILLISECONDS);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new ConversionMemory(process.exitValue(), seconds, own, files);
  }

  private static List<String> lines(Path status) {
    try {
      return Files.readAllLines(status);
    } catch (IOException e) {
      // The process has just ended.
      return List.of();
    }
  }

  private static long bytes(String line) {
    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
  }
}
