package org.repfold.converter.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.repfold.graph.file.OutputFile;

/** Writes a report's files. */
public final class ReportWriter {
  public static final String JSON = "report.json";
  public static final String HTML = "report.html";
  public static final String MARKDOWN = "report.md";
  public static final String JUNIT = "report-junit.xml";

  private ReportWriter() {}

  /**
   * Writes {@code report.json}, {@code report.html}, {@code report.md} and {@code
   * report-junit.xml}; none of them if one exists and must not be replaced.
   *
   * @param folder must exist
   * @param force whether to replace existing files
   * @throws org.repfold.graph.BadInputException if a file exists and must not be replaced, or the
   *     folder is missing, read-only or full
   */
  public static void write(Report report, Path folder, boolean force) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(JSON, ReportJson.write(report));
    files.put(HTML, HtmlPage.of(report));
    files.put(MARKDOWN, MarkdownSummary.of(report));
    files.put(JUNIT, JUnitXml.of(report));
    files.keySet().forEach(name -> OutputFile.requireWritable(folder.resolve(name), force));
    files.forEach(
        (name, text) ->
            OutputFile.write(
                folder.resolve(name),
                force,
                out -> out.write(text.getBytes(StandardCharsets.UTF_8))));
  }
}
