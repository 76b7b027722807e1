package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.DeployForm;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.report.Report;
import org.repfold.converter.report.Timings;
import org.repfold.converter.verify.LabelledData;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.data.LabelledImages;
import org.repfold.zoo.train.TrainingProgress;
import org.repfold.zoo.train.TrainingRecipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The main job, end to end, on bundled real data. */
@Command(
    name = "demo",
    description =
        "Trains a small RepMLPNet on 12,000 images of clothes, converts it, verifies it, compares speed.",
    footer = {
      "",
      "Takes a few minutes on 2 cores.",
      "",
      "Example:",
      "  repfold demo --out my-demo"
    })
final class DemoCommand extends ConsoleCommand {
  private static final String ARCHITECTURE = "repmlpnet_demo";
  private static final int[] BATCHES = {1, 8};

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for all files (${DEFAULT-VALUE}).")
  private Path folder = Path.of("repfold-demo");

  @Option(names = "--seed", description = "Of training and verification (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--epochs", description = "Passes over the training images.")
  private Integer epochs;

  @Option(names = "--force", description = "Replace the files of an earlier demo.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    requireFresh();
    Path trainFile = folder.resolve("train.zip");
    Path onnxFile = folder.resolve("deploy.onnx");
    Path zipFile = folder.resolve("deploy.zip");
    LabelledImages testImages = LabelledImages.test(BundledData.folder());

    heading("1/5  train a RepMLPNet in DL4J");
    Optional<TrainingRun.Outcome> trained = train(testImages, trainFile);
    if (trained.isEmpty()) {
      return Main.INTERRUPTED;
    }

    heading("2/5  convert it to its deploy form");
    Converter converter = Converter.of(ModelFile.read(trainFile), Effort.ALL);
    DeployForm onnx = converter.deployForm(ModelFile.Format.ONNX);
    DeployForm dl4j = converter.deployForm(ModelFile.Format.DL4J);
    onnx.write(onnxFile, true);
    dl4j.write(zipFile, true);
    print(converter, onnx);

    LabelledData data = TestImages.of(testImages, TrainingRecipe.demo(seed).normalization());
    heading("3/5  verify the ONNX file, in ONNX Runtime and the reference executor");
    Verification onnxResult =
        converter.verify(onnx, ModelFile.read(onnxFile), seed, Optional.of(data));
    Reporting.print(onnxResult, console());
    heading("4/5  verify the DL4J file, in DL4J");
    ModelFile writtenZip = ModelFile.read(zipFile);
    Verification dl4jResult = converter.verify(dl4j, writtenZip, seed, Optional.of(data));
    Reporting.print(dl4jResult, console());

    heading("5/5  compare speed and write the report");
    Report report =
        new Reporting(converter, dl4j, writtenZip, dl4jResult)
            .report(
                zipFile.getFileName().toString(),
                seed,
                commandLine(),
                Optional.of(data),
                epochs(trained.get()));
    printSpeed(report.timings().speed());
    Reporting.write(report, folder, true, console());
    console().line("wrote %s, %s and %s", trainFile, onnxFile, zipFile);
    boolean passed = onnxResult.passed() && dl4jResult.passed();
    console().document(summary(trained.get(), report, passed));
    return passed ? Main.DONE : Main.NOT_EQUIVALENT;
  }

  private void requireFresh() {
    if (Files.exists(folder.resolve("train.zip")) && !force) {
      throw new BadInputException(
          folder
              + ": expected no earlier demo there, found one; --force replaces it, --out goes elsewhere");
    }
    Reporting.prepare(folder);
  }

  private Optional<TrainingRun.Outcome> train(LabelledImages testImages, Path trainFile)
      throws IOException {
    LabelledImages images = LabelledImages.training(BundledData.folder());
    TrainingRecipe recipe = TrainingRecipe.demo(seed);
    if (epochs != null) {
      recipe = recipe.withEpochs(epochs);
    }
    Architecture architecture = Architecture.find(ARCHITECTURE);
    TrainingRun run =
        new TrainingRun(architecture.build(recipe.graphOptions(images.count())), recipe);
    console()
        .line(
            "%s, %,d parameters, on %,d images of Fashion-MNIST, %d epochs",
            ARCHITECTURE, run.graph().numParams(), images.count(), recipe.epochs());
    Path checkpoint = folder.resolve("train.checkpoint.zip");
    TrainingRun.Outcome outcome = run.train(images, testImages, checkpoint, console());
    if (!outcome.finished()) {
      console().line("stopped; %s holds the state", checkpoint);
      return Optional.empty();
    }
    run.save(trainFile);
    Files.deleteIfExists(checkpoint);
    return Optional.of(outcome);
  }

  private void print(Converter converter, DeployForm deploy) {
    console()
        .line(
            "%d folds: %d nodes became %d",
            converter.conversion().folding().steps().size(),
            converter.source().graph().nodes().size(),
            deploy.shipped().nodes().size());
    console().line("before  %s", converter.source().graph().operatorCounts());
    console().line("after   %s", deploy.shipped().operatorCounts());
  }

  private void printSpeed(List<Timings.Speed> speeds) {
    console()
        .line("%-12s %6s %14s %14s %8s", "engine", "batch", "train form", "deploy form", "ratio");
    for (String engine : Latency.engines(speeds)) {
      for (int batch : BATCHES) {
        double before = Latency.median(speeds, "train", engine, batch);
        double after = Latency.median(speeds, "deploy", engine, batch);
        console()
            .line(
                "%-12s %6d %11.2f ms %11.2f ms %7.1fx",
                engine, batch, before, after, before / after);
      }
    }
  }

  private static List<Timings.Epoch> epochs(TrainingRun.Outcome outcome) {
    double before = 0;
    List<Timings.Epoch> epochs = new java.util.ArrayList<>();
    for (TrainingProgress.Epoch epoch : outcome.epochs()) {
      double end = epoch.elapsed().toMillis() / 1000.0;
      epochs.add(
          new Timings.Epoch(
              epoch.epoch(),
              epoch.loss(),
              epoch.trainingAccuracy(),
              epoch.testAccuracy(),
              end - before));
      before = end;
    }
    return epochs;
  }

  private Map<String, Object> summary(TrainingRun.Outcome outcome, Report report, boolean passed) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("passed", passed);
    summary.put("testAccuracy", outcome.testAccuracy());
    summary.put("folder", folder.toString());
    summary.put("speed", report.timings().speed());
    return summary;
  }

  private void heading(String text) {
    console().line("%n%s", text);
  }
}
