package org.repfold.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.DeployForm;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.report.Report;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.VerifyOptions;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.file.OutputFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Train form in, deploy form out. */
@Command(
    name = "convert",
    description = "Converts a train form to its deploy form, and verifies it.",
    footer = {
      "",
      "Writes nothing if verification fails.",
      "",
      "Example:",
      "  repfold convert train.zip -o deploy.onnx --report report",
      "  repfold convert RepMLPNet-T224.pth -o deploy.onnx"
    })
final class ConvertCommand extends ConsoleCommand {
  @Parameters(paramLabel = "IN", description = "A DL4J zip, an ONNX model or a checkpoint.")
  private Path input;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "OUT",
      description =
          "The deploy form; its ending chooses the format: .onnx, .zip (DL4J) or .safetensors"
              + " (a checkpoint of the official deploy form).")
  private Path output;

  @Option(names = "--to", description = "${COMPLETION-CANDIDATES}; overrides the ending of OUT.")
  private ModelFile.Format format;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description = "Write the report into this folder.")
  private Path reportFolder;

  @Option(
      names = "--seed",
      description = "Of the inputs made up for verification (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--no-verify", description = "Do not verify.")
  private boolean noVerify;

  @Option(names = "--force", description = "Replace existing files.")
  private boolean force;

  @Mixin private InputShapeOption inputShapes;
  @Mixin private ModelReading models;

  @Override
  public Integer call() {
    ModelFile.Format target = format != null ? format : Converter.formatOf(output);
    OutputFile.requireWritable(output, force);
    ModelFile source = models.read(input, inputShapes.shapes(), console());
    Converter converter =
        target == ModelFile.Format.PYTORCH
            ? Converter.of(source, models.officialForm(source, console()), effort())
            : Converter.of(source, effort());
    DeployForm deploy = converter.deployForm(target);
    console()
        .line(
            "folded %d nodes into %d by %d folds: %s",
            converter.source().graph().nodes().size(),
            deploy.shipped().nodes().size(),
            converter.conversion().folding().steps().size(),
            String.join(", ", converter.conversion().rules()));
    try (CandidateFile candidate =
        new CandidateFile(output, force, path -> deploy.write(path, true))) {
      if (noVerify || verified(converter, deploy, models.readBack(candidate.path()))) {
        candidate.accept();
      } else {
        console().line("not equivalent: %s was not written", output);
        return Main.NOT_EQUIVALENT;
      }
    }
    console().line("wrote %s", output);
    console().document(summary(converter.source(), deploy));
    return Main.DONE;
  }

  /** Whoever wants no report wants the file soon. */
  private Effort effort() {
    if (noVerify) {
      return Effort.NONE;
    }
    return reportFolder == null ? Effort.SOME : Effort.ALL;
  }

  private boolean verified(Converter converter, DeployForm deploy, ModelFile written) {
    // Whoever wants no report wants the file soon.
    VerifyOptions.Probing probing =
        reportFolder == null ? VerifyOptions.Probing.SOME : VerifyOptions.Probing.ALL;
    Verification result = converter.verifyAtHome(deploy, written, seed, probing);
    Reporting.print(result, console());
    if (reportFolder != null) {
      Report report =
          new Reporting(converter, deploy, written, result)
              .report(
                  output.getFileName().toString(),
                  seed,
                  commandLine(),
                  Optional.empty(),
                  List.of());
      Reporting.write(report, reportFolder, force, console());
    }
    return result.passed();
  }

  private Map<String, Object> summary(ModelFile source, DeployForm deploy) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("output", output.toString());
    summary.put("verified", !noVerify);
    summary.put("operatorsBefore", source.graph().operatorCounts());
    summary.put("operatorsAfter", deploy.shipped().operatorCounts());
    summary.put("parametersBefore", source.graph().parameterCount());
    summary.put("parametersAfter", deploy.shipped().parameterCount());
    return summary;
  }
}
