package org.repfold.converter.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.repfold.graph.file.OutputFile;

/** Writes a report's files. */
public final class ReportWriter {
  public static final String JSON = "report.json";

  private ReportWriter() {}

  /**
   * Writes {@code report.json}.
   *
   * @param folder must exist
   * @param force whether to replace existing files
   * @throws org.repfold.graph.BadInputException if a file exists and must not be replaced, or the
   *     folder is missing, read-only or full
   */
  public static void write(Report report, Path folder, boolean force) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(JSON, ReportJson.write(report));
    files.keySet().forEach(name -> OutputFile.requireWritable(folder.resolve(name), force));
    files.forEach(
        (name, text) ->
            OutputFile.write(
                folder.resolve(name),
                force,
                out -> out.write(text.getBytes(StandardCharsets.UTF_8))));
  }
}
