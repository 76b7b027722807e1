package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.report.Accuracy;
import org.repfold.converter.report.Timings;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.catalog.Families;
import org.repfold.zoo.catalog.NetworkSize;
import org.repfold.zoo.train.TrainingRecipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The main job for a small network of each family, and a table of what came of it. */
@Command(
    name = "zoo-table",
    hidden = true,
    description = "Trains, converts and compares a small network of each family.")
final class ZooTable extends ConsoleCommand {
  private static final String SMALL = "_demo";
  private static final int BATCH = 8;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for all files (${DEFAULT-VALUE}).")
  private Path folder = Path.of("repfold-zoo");

  @Option(
      names = "--reports",
      required = true,
      paramLabel = "DIR",
      description = "Folder for copies of the reports, one page for each network.")
  private Path reports;

  @Option(names = "--arch", description = "Only this network.")
  private String only;

  @Option(names = "--epochs", description = "Passes over the training images.")
  private Integer epochs;

  @Option(
      names = "--again",
      description = "Convert and compare what an earlier run trained in --out, without training.")
  private boolean again;

  @Override
  public Integer call() throws IOException {
    List<String> rows = new ArrayList<>();
    List<Map<String, Object>> documents = new ArrayList<>();
    boolean passed = true;
    for (Architecture architecture : Families.architectures()) {
      String name = architecture.name();
      if (only != null ? !name.equals(only) : !name.endsWith(SMALL)) {
        continue;
      }
      TrainingRecipe recipe = TrainingRecipe.demo(1);
      if (epochs != null) {
        recipe = recipe.withEpochs(epochs);
      }
      MainJob job = new MainJob(architecture, recipe, folder.resolve(name), console());
      if (!again) {
        job.requireFresh(true);
      }
      Optional<MainJob.Result> result =
          again ? Optional.of(job.runAgain(commandLine())) : job.run(commandLine());
      if (result.isEmpty()) {
        return Main.INTERRUPTED;
      }
      Files.createDirectories(reports);
      Files.copy(
          folder.resolve(name).resolve("report.html"),
          reports.resolve(name + ".html"),
          StandardCopyOption.REPLACE_EXISTING);
      NetworkSize size = NetworkSize.measure(architecture);
      rows.add(row(architecture, result.get(), size));
      documents.add(document(architecture, result.get(), size));
      passed &= result.get().passed();
    }
    console().line("%n%s", String.join("\n", header(), String.join("\n", rows)));
    console().document(documents);
    return passed ? Main.DONE : Main.NOT_EQUIVALENT;
  }

  private static String header() {
    return "| family | test accuracy | same predictions | parameters, train to deploy form | MFLOPs |"
        + " DL4J, ms for 8 images | ONNX Runtime, ms for 8 images | report |\n"
        + "|---|---|---|---|---|---|---|---|";
  }

  private String row(Architecture architecture, MainJob.Result result, NetworkSize size) {
    return String.format(
        Locale.ROOT,
        "| %s | %.4f | %s | %,d to %,d | %.1f to %.1f | %s | %s | [%s](%s.html) |",
        architecture.family().title(),
        result.testAccuracy(),
        samePredictions(result),
        size.train().parameters(),
        size.deploy().parameters(),
        size.train().flops() / 1e6,
        size.deploy().flops() / 1e6,
        speed(result, "dl4j"),
        speed(result, "onnxruntime"),
        architecture.name(),
        architecture.name());
  }

  /** Of the deploy form, in the engine in which the fewest are. */
  private static String samePredictions(MainJob.Result result) {
    Accuracy worst =
        result.report().accuracies().stream()
            .filter(accuracy -> accuracy.form().equals("deploy"))
            .min(Comparator.comparingDouble(Accuracy::samePredictions))
            .orElseThrow();
    return String.format(
        Locale.ROOT,
        "%,d of %,d",
        Math.round(worst.samePredictions() * worst.samples()),
        worst.samples());
  }

  private static String speed(MainJob.Result result, String engine) {
    List<Timings.Speed> speeds = result.report().timings().speed();
    double train = Latency.median(speeds, "train", engine, BATCH);
    double deploy = Latency.median(speeds, "deploy", engine, BATCH);
    return String.format(Locale.ROOT, "%.2f to %.2f (%.1fx)", train, deploy, train / deploy);
  }

  private static Map<String, Object> document(
      Architecture architecture, MainJob.Result result, NetworkSize size) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("name", architecture.name());
    document.put("family", architecture.family().name());
    document.put("passed", result.passed());
    document.put("testAccuracy", result.testAccuracy());
    document.put("accuracies", result.report().accuracies());
    document.put("size", size);
    document.put("speed", result.report().timings().speed());
    return document;
  }
}
