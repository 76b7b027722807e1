package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.DeployForm;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.report.Report;
import org.repfold.converter.report.ReportJson;
import org.repfold.converter.verify.LabelledData;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.certificate.Effort;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Checks a deploy form against its train form. */
@Command(
    name = "verify",
    description = "Checks that a deploy form is equivalent to its train form.",
    footer = {
      "",
      "Exit code 1 if it is not.",
      "",
      "Example:",
      "  repfold verify train.zip deploy.onnx"
    })
final class VerifyCommand extends ConsoleCommand {
  @Parameters(
      index = "0",
      paramLabel = "TRAIN",
      description = "A DL4J zip, an ONNX model or a checkpoint.")
  private Path train;

  @Parameters(
      index = "1",
      paramLabel = "DEPLOY",
      description = "A DL4J zip, an ONNX model or a checkpoint.")
  private Path deploy;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Also compare on the test images of this folder of IDX files.")
  private Path data;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Write the report into this folder.")
  private Path reportFolder;

  @Option(names = "--seed", description = "Of the made-up inputs (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--force", description = "Replace existing report files.")
  private boolean force;

  @Mixin private InputShapeOption inputShapes;
  @Mixin private ModelReading models;

  @Override
  public Integer call() throws IOException {
    ModelFile source = models.read(train, inputShapes.shapes(), console());
    Converter converter =
        ModelFile.formatOf(deploy) == ModelFile.Format.PYTORCH
            ? Converter.of(source, models.officialForm(source, console()), Effort.ALL)
            : Converter.of(source, Effort.ALL);
    ModelFile written = models.readDeployForm(deploy, console());
    Optional<LabelledData> labelled =
        data == null ? Optional.empty() : Optional.of(TestImages.read(data));
    DeployForm expected = converter.deployForm(written.format());
    Verification result = converter.verify(expected, written, seed, labelled);
    Reporting.print(result, console());
    if (reportFolder != null) {
      Report report =
          new Reporting(converter, expected, written, result)
              .report(deploy.getFileName().toString(), seed, commandLine(), labelled, List.of());
      Reporting.write(report, reportFolder, force, console());
    }
    console().jsonText(ReportJson.write(result));
    return result.passed() ? Main.DONE : Main.NOT_EQUIVALENT;
  }
}
