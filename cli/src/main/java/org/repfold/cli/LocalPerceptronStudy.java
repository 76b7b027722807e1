package org.repfold.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.repfold.converter.report.LearningCurves;
import org.repfold.converter.report.LearningCurves.Curve;
import org.repfold.graph.file.OutputFile;
import org.repfold.zoo.data.Augmentation;
import org.repfold.zoo.data.LabelledImages;
import org.repfold.zoo.repmlpnet.RepMLPNet;
import org.repfold.zoo.repmlpnet.RepMLPNetConfiguration;
import org.repfold.zoo.repmlpnet.RepMLPNets;
import org.repfold.zoo.train.Trainer;
import org.repfold.zoo.train.TrainingRecipe;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What the Local Perceptron is for: the same networks trained with it and without it, on few images
 * and on many. It costs nothing in the deploy form, where it is folded into FC3.
 */
@Command(
    name = "local-perceptron-study",
    hidden = true,
    description =
        "Trains RepMLPNet with and without the Local Perceptron, on few images and on many.")
final class LocalPerceptronStudy extends ConsoleCommand {
  private static final String ARCHITECTURE = "repmlpnet_demo";
  private static final String WITH = "with Local Perceptron";
  private static final String WITHOUT = "without";

  /** Few images and many, as they are; and few that are mirrored and shifted at random. */
  private enum Setting {
    FEW(2_000, 12, Augmentation.NONE, "2,000"),
    FEW_SHIFTED(2_000, 12, new Augmentation(true, 2), "2,000, mirrored and shifted"),
    MANY(12_000, 4, Augmentation.NONE, "12,000");

    private final int images;
    private final int epochs;
    private final Augmentation augmentation;
    private final String title;

    Setting(int images, int epochs, Augmentation augmentation, String title) {
      this.images = images;
      this.epochs = epochs;
      this.augmentation = augmentation;
      this.title = title;
    }

    TrainingRecipe recipe(int seed) {
      return TrainingRecipe.demo(seed).withEpochs(epochs).withAugmentation(augmentation);
    }

    String file() {
      return "local-perceptron-" + name().toLowerCase(Locale.ROOT).replace('_', '-') + ".svg";
    }
  }

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder of plots.")
  private Path folder;

  @Option(names = "--seeds", description = "Trainings of each sort (${DEFAULT-VALUE}).")
  private int seeds = 3;

  @Option(
      names = "--setting",
      description = "Only this: ${COMPLETION-CANDIDATES}; default: all of them.")
  private List<Setting> settings = List.of(Setting.values());

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(folder);
    LabelledImages training = LabelledImages.training(BundledData.folder());
    LabelledImages test = LabelledImages.test(BundledData.folder());
    RepMLPNetConfiguration net = RepMLPNets.named(ARCHITECTURE);
    List<Map<String, Object>> results = new ArrayList<>();
    console()
        .line(
            "| training images | epochs | network | test accuracy in %%, mean (lowest to highest) |");
    console().line("|---|---|---|---|");
    for (Setting setting : settings) {
      Curve with = train(WITH, net, setting, training, test);
      Curve without = train(WITHOUT, net.withKernels(List.of()), setting, training, test);
      for (Curve curve : List.of(with, without)) {
        console().line("%s", row(setting, curve));
        results.add(document(setting, curve));
      }
      String plot =
          LearningCurves.svg(
              "Test accuracy, training images: %s".formatted(setting.title), with, without);
      OutputFile.write(
          folder.resolve(setting.file()),
          true,
          out -> out.write(plot.getBytes(StandardCharsets.UTF_8)));
    }
    console().document(results);
    return Main.DONE;
  }

  private Curve train(
      String label,
      RepMLPNetConfiguration net,
      Setting setting,
      LabelledImages training,
      LabelledImages test)
      throws IOException {
    LabelledImages images = training.first(setting.images);
    List<List<Double>> accuracies = new ArrayList<>();
    for (int seed : IntStream.rangeClosed(1, seeds).toArray()) {
      TrainingRecipe recipe = setting.recipe(seed);
      ComputationGraph graph = RepMLPNet.build(net, recipe.graphOptions(images.count()));
      List<Double> byEpoch = new ArrayList<>();
      new Trainer(graph, recipe, images, test, null, new EpochAccuracies(byEpoch)).run();
      graph.close();
      accuracies.add(byEpoch);
    }
    return new Curve(label, accuracies);
  }

  private static Map<String, Object> document(Setting setting, Curve curve) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("trainingImages", setting.title);
    document.put("network", curve.label());
    document.put("testAccuracies", curve.accuracies());
    return document;
  }

  private static String row(Setting setting, Curve curve) {
    int last = curve.accuracies().get(0).size() - 1;
    return String.format(
        Locale.ROOT,
        "| %s | %d | %s | %.2f (%.2f to %.2f) |",
        setting.title,
        last + 1,
        curve.label(),
        curve.mean(last),
        curve.lowest(last),
        curve.highest(last));
  }
}
