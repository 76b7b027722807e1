package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.repfold.graph.BadInputException;
import org.repfold.graph.file.OutputFile;
import org.repfold.zoo.Regularization;
import org.repfold.zoo.catalog.Architecture;
import org.repfold.zoo.data.Augmentation;
import org.repfold.zoo.data.LabelledImages;
import org.repfold.zoo.data.Normalization;
import org.repfold.zoo.train.Checkpoint;
import org.repfold.zoo.train.TrainingRecipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Trains a model of the zoo on images in IDX files. */
@Command(
    name = "train",
    description = "Trains a model of the zoo in DL4J, with checkpoints.",
    footer = {
      "",
      "After each epoch, and on Ctrl-C, the state is left in OUT.checkpoint.zip beside the output;",
      "--resume goes on from there.",
      "",
      "Example:",
      "  repfold train --arch repmlpnet_demo -o trained.zip --epochs 3"
    })
final class TrainCommand extends ConsoleCommand {
  @Option(
      names = "--arch",
      required = true,
      description = "Name of an architecture ('repfold models' lists them), or a JSON file.")
  private String architecture;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder of gzipped or plain IDX files, named as MNIST's; default: the bundled images."
              + " All 70,000 of Fashion-MNIST: Debian's package dataset-fashion-mnist.")
  private Path data = BundledData.folder();

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "OUT.zip",
      description = "The trained model.")
  private Path output;

  @Option(names = "--epochs", description = "Passes over the training images (${DEFAULT-VALUE}).")
  private int epochs = 5;

  @Option(names = "--batch", description = "Images of one step (${DEFAULT-VALUE}).")
  private int batch = 64;

  @Option(
      names = "--optimizer",
      description =
          "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}); for SGD, 0.1 is a usual learning rate and"
              + " 1e-4 a usual weight decay.")
  private TrainingRecipe.Optimizer optimizer = TrainingRecipe.Optimizer.ADAM_W;

  @Option(names = "--learning-rate", description = "Its peak (${DEFAULT-VALUE}).")
  private double learningRate = 4e-3;

  @Option(
      names = "--weight-decay",
      description = "Of weights, decoupled with AdamW (${DEFAULT-VALUE}).")
  private double weightDecay = 0.05;

  @Option(
      names = "--label-smoothing",
      description = "Share spread over all classes (${DEFAULT-VALUE}).")
  private double labelSmoothing = 0.05;

  @Option(
      names = "--dropout",
      description = "Share of values dropped in front of the classifier (${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--drop-path",
      description =
          "Stochastic depth: share of images that skip a residual branch, where the family has it;"
              + " default: the paper's of gmlp_s16_224 (0.05) and gmlp_b16_224 (0.2), else 0.")
  private Double dropPath;

  @Option(names = "--schedule", description = "${COMPLETION-CANDIDATES} (${DEFAULT-VALUE}).")
  private TrainingRecipe.Schedule schedule = TrainingRecipe.Schedule.ONE_CYCLE;

  @Option(names = "--no-augmentation", description = "No random flips and shifts.")
  private boolean noAugmentation;

  @Option(names = "--seed", description = "Of weights, order and augmentation (${DEFAULT-VALUE}).")
  private long seed = 1;

  @Option(names = "--resume", description = "Go on from OUT.checkpoint.zip.")
  private boolean resume;

  @Option(names = "--force", description = "Replace an existing output.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    Path checkpoint = checkpointFor(output);
    OutputFile.requireWritable(output, force);
    if (!resume && !force && Files.exists(checkpoint)) {
      throw new BadInputException(
          checkpoint
              + ": expected no checkpoint of an earlier run, found one; --resume goes on from it, --force starts anew");
    }
    Architecture chosen = Architecture.find(architecture);
    LabelledImages training = LabelledImages.training(data);
    LabelledImages test = LabelledImages.test(data);
    TrainingRun run = start(chosen, checkpoint, training);
    console().line("training %s on %d images of %s", chosen.name(), training.count(), data);
    TrainingRun.Outcome outcome = run.train(training, test, checkpoint, console());
    if (!outcome.finished()) {
      console().line("stopped; --resume goes on from %s", checkpoint);
      return Main.INTERRUPTED;
    }
    run.save(output);
    Files.deleteIfExists(checkpoint);
    console().line("wrote %s", output);
    console().document(summary(chosen, outcome));
    return Main.DONE;
  }

  private TrainingRun start(Architecture chosen, Path checkpoint, LabelledImages training)
      throws IOException {
    if (resume) {
      Checkpoint state = Checkpoint.read(checkpoint);
      return new TrainingRun(state.graph(), state.recipe());
    }
    double skipped = dropPath != null ? dropPath : chosen.family().dropPath(chosen.name());
    TrainingRecipe recipe =
        new TrainingRecipe(
            epochs,
            batch,
            optimizer,
            learningRate,
            new Regularization(weightDecay, labelSmoothing, dropout, skipped),
            schedule,
            noAugmentation ? Augmentation.NONE : new Augmentation(true, 2),
            Normalization.FASHION_MNIST,
            seed);
    ComputationGraph graph = chosen.build(recipe.graphOptions(training.count()));
    return new TrainingRun(graph, recipe);
  }

  private Map<String, Object> summary(Architecture chosen, TrainingRun.Outcome outcome) {
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("model", chosen.name());
    summary.put("output", output.toString());
    summary.put("testAccuracy", outcome.testAccuracy());
    return summary;
  }

  private static Path checkpointFor(Path output) {
    String name = output.getFileName().toString();
    String base = name.endsWith(".zip") ? name.substring(0, name.length() - 4) : name;
    return output.resolveSibling(base + ".checkpoint.zip");
  }
}
