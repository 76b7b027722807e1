package org.repfold.converter.report;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReportWriterTest {
  @Test
  void writesAll() throws Exception {
    Path folder = Files.createDirectories(Path.of("target", "example-report"));
    ReportWriter.write(ExampleReport.of(ExampleNet.build(2)), folder, true);
    assertTrue(Files.exists(folder.resolve("report.html")));
  }
}
