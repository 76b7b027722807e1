package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.repfold.converter.DeployForm;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.report.Report;
import org.repfold.converter.report.ReportJson;
import org.repfold.converter.report.Timings;
import org.repfold.converter.verify.LabelledData;
import org.repfold.converter.verify.Verification;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Parameters;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.data.LabelledImages;
import org.repfold.zoo.train.TrainingProgress;
import org.repfold.zoo.train.TrainingRecipe;

/**
 * The main job, end to end, on bundled real data: trains a network of the zoo, converts it,
 * verifies it, compares speed, and leaves all files in a folder.
 *
 * @param architecture what is trained
 * @param recipe how, and the seed of the verification too
 * @param folder of all files
 */
record MainJob(Architecture architecture, TrainingRecipe recipe, Path folder, Console console) {
  /** Numbers of images at which speed is compared. */
  static final int[] BATCHES = {1, 8};

  /**
   * What came of it.
   *
   * @param testAccuracy of the train form in DL4J
   * @param report of the DL4J deploy form
   * @param passed whether both deploy forms are equivalent to the train form
   */
  record Result(double testAccuracy, Report report, boolean passed) {}

  /**
   * Refuses to overwrite what an earlier run left, and makes the folder.
   *
   * @throws BadInputException if there is an earlier run
   */
  void requireFresh(boolean force) {
    if (Files.exists(trainFile()) && !force) {
      throw new BadInputException(
          folder
              + ": expected no earlier demo there, found one; --force replaces it, --out goes elsewhere");
    }
    Reporting.prepare(folder);
  }

  /**
   * Does it.
   *
   * @param commandLine what the report says made it
   * @return empty if Ctrl-C ended the training
   */
  Optional<Result> run(String commandLine) throws IOException {
    LabelledImages testImages = LabelledImages.test(BundledData.folder());
    heading("1/5  train a %s in DL4J".formatted(architecture.family().title()));
    Optional<TrainingRun.Outcome> trained = train(testImages);
    return trained.isEmpty()
        ? Optional.empty()
        : Optional.of(convert(commandLine, testImages, epochs(trained.get())));
  }

  /**
   * Does it with the network that an earlier run left in the folder.
   *
   * @param commandLine what the report says made it
   * @throws BadInputException if there is none, or no report that tells of its training
   */
  Result runAgain(String commandLine) throws IOException {
    List<Timings.Epoch> training = ReportJson.training(folder.resolve("report.json"));
    return convert(commandLine, LabelledImages.test(BundledData.folder()), training);
  }

  private Result convert(
      String commandLine, LabelledImages testImages, List<Timings.Epoch> training)
      throws IOException {
    Path trainFile = trainFile();
    Path onnxFile = folder.resolve("deploy.onnx");
    Path zipFile = folder.resolve("deploy.zip");

    heading("2/5  convert it to its deploy form");
    Converter converter = Converter.of(ModelFile.read(trainFile), Effort.ALL);
    DeployForm onnx = converter.deployForm(ModelFile.Format.ONNX);
    DeployForm dl4j = converter.deployForm(ModelFile.Format.DL4J);
    onnx.write(onnxFile, true);
    dl4j.write(zipFile, true);
    print(converter, onnx);

    LabelledData data = TestImages.of(testImages, recipe.normalization());
    heading("3/5  verify the ONNX file, in ONNX Runtime and the reference executor");
    Verification onnxResult =
        converter.verify(onnx, ModelFile.read(onnxFile), recipe.seed(), Optional.of(data));
    Reporting.print(onnxResult, console);
    heading("4/5  verify the DL4J file, in DL4J");
    ModelFile writtenZip = ModelFile.read(zipFile);
    Verification dl4jResult = converter.verify(dl4j, writtenZip, recipe.seed(), Optional.of(data));
    Reporting.print(dl4jResult, console);

    heading("5/5  compare speed and write the report");
    Report report =
        new Reporting(converter, dl4j, writtenZip, dl4jResult)
            .report(
                zipFile.getFileName().toString(),
                recipe.seed(),
                commandLine,
                Optional.of(data),
                training);
    printSpeed(report.timings().speed());
    Reporting.write(report, folder, true, console);
    console.line("wrote %s, %s and %s", trainFile, onnxFile, zipFile);
    return new Result(
        training.get(training.size() - 1).testAccuracy(),
        report,
        onnxResult.passed() && dl4jResult.passed());
  }

  private Path trainFile() {
    return folder.resolve("train.zip");
  }

  private Optional<TrainingRun.Outcome> train(LabelledImages testImages) throws IOException {
    LabelledImages images = LabelledImages.training(BundledData.folder());
    TrainingRun run =
        new TrainingRun(architecture.build(recipe.graphOptions(images.count())), recipe);
    console.line(
        "%s, %,d parameters, on %,d images of Fashion-MNIST, %d epochs",
        architecture.name(), parameters(run.graph()), images.count(), recipe.epochs());
    Path checkpoint = folder.resolve("train.checkpoint.zip");
    TrainingRun.Outcome outcome = run.train(images, testImages, checkpoint, console);
    if (!outcome.finished()) {
      console.line("stopped; %s holds the state", checkpoint);
      return Optional.empty();
    }
    run.save(trainFile());
    Files.deleteIfExists(checkpoint);
    return Optional.of(outcome);
  }

  private static long parameters(ComputationGraph graph) {
    return Parameters.trainable(graph.getConfiguration());
  }

  private void print(Converter converter, DeployForm deploy) {
    console.line(
        "%d folds: %d nodes became %d",
        converter.conversion().folding().steps().size(),
        converter.source().graph().nodes().size(),
        deploy.shipped().nodes().size());
    console.line("before  %s", converter.source().graph().operatorCounts());
    console.line("after   %s", deploy.shipped().operatorCounts());
  }

  private void printSpeed(List<Timings.Speed> speeds) {
    console.line(
        "%-12s %6s %14s %14s %8s", "engine", "batch", "train form", "deploy form", "ratio");
    for (String engine : Latency.engines(speeds)) {
      for (int batch : BATCHES) {
        double before = Latency.median(speeds, "train", engine, batch);
        double after = Latency.median(speeds, "deploy", engine, batch);
        console.line(
            "%-12s %6d %11.2f ms %11.2f ms %7.1fx", engine, batch, before, after, before / after);
      }
    }
  }

  private static List<Timings.Epoch> epochs(TrainingRun.Outcome outcome) {
    double before = 0;
    List<Timings.Epoch> epochs = new ArrayList<>();
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

  private void heading(String text) {
    console.line("%n%s", text);
  }
}
