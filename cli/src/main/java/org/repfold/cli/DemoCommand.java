package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.repfold.zoo.catalog.Architecture;
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
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for all files (${DEFAULT-VALUE}).")
  private Path folder = Path.of("repfold-demo");

  @Option(
      names = "--arch",
      description =
          "What to train (${DEFAULT-VALUE}): a network of grey images of 28x28 and 10 classes;"
              + " 'repfold models' lists those whose names end in _demo.")
  private String architecture = "repmlpnet_demo";

  @Option(names = "--seed", description = "Of training and verification (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--epochs", description = "Passes over the training images.")
  private Integer epochs;

  @Option(names = "--force", description = "Replace the files of an earlier demo.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    TrainingRecipe recipe = TrainingRecipe.demo(seed);
    if (epochs != null) {
      recipe = recipe.withEpochs(epochs);
    }
    MainJob job = new MainJob(Architecture.find(architecture), recipe, folder, console());
    job.requireFresh(force);
    Optional<MainJob.Result> result = job.run(commandLine());
    if (result.isEmpty()) {
      return Main.INTERRUPTED;
    }
    console().document(summary(result.get()));
    return result.get().passed() ? Main.DONE : Main.NOT_EQUIVALENT;
  }

  private Map<String, Object> summary(MainJob.Result result) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("passed", result.passed());
    summary.put("testAccuracy", result.testAccuracy());
    summary.put("folder", folder.toString());
    summary.put("speed", result.report().timings().speed());
    return summary;
  }
}
