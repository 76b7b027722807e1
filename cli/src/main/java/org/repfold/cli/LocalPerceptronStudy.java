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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.repfold.converter.report.LearningCurves;
import org.repfold.converter.report.LearningCurves.Curve;
import org.repfold.graph.file.OutputFile;
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

  /** Epochs by number of training images. */
  private static final SortedMap<Integer, Integer> EPOCHS =
      new TreeMap<>(Map.of(2_000, 12, 12_000, 4));

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder of plots.")
  private Path folder;

  @Option(names = "--seeds", description = "Trainings of each sort (${DEFAULT-VALUE}).")
  private int seeds = 3;

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
    for (int count : EPOCHS.keySet()) {
      LabelledImages images = training.first(count);
      Curve with = train(WITH, net, images, test);
      Curve without = train(WITHOUT, net.withKernels(List.of()), images, test);
      for (Curve curve : List.of(with, without)) {
        console().line("%s", row(count, curve));
        results.add(document(count, curve));
      }
      String plot =
          LearningCurves.svg("Test accuracy, %d training images".formatted(count), with, without);
      OutputFile.write(
          folder.resolve("local-perceptron-" + count + ".svg"),
          true,
          out -> out.write(plot.getBytes(StandardCharsets.UTF_8)));
    }
    console().document(results);
    return Main.DONE;
  }

  private Curve train(
      String label, RepMLPNetConfiguration net, LabelledImages images, LabelledImages test)
      throws IOException {
    List<List<Double>> accuracies = new ArrayList<>();
    for (int seed : IntStream.rangeClosed(1, seeds).toArray()) {
      TrainingRecipe recipe = TrainingRecipe.demo(seed).withEpochs(EPOCHS.get(images.count()));
      ComputationGraph graph = RepMLPNet.build(net, recipe.graphOptions(images.count()));
      List<Double> byEpoch = new ArrayList<>();
      new Trainer(graph, recipe, images, test, null, new EpochAccuracies(byEpoch)).run();
      graph.close();
      accuracies.add(byEpoch);
    }
    return new Curve(label, accuracies);
  }

  private static Map<String, Object> document(int images, Curve curve) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("trainingImages", images);
    document.put("network", curve.label());
    document.put("testAccuracies", curve.accuracies());
    return document;
  }

  private static String row(int images, Curve curve) {
    int last = curve.accuracies().get(0).size() - 1;
    return String.format(
        Locale.ROOT,
        "| %,d | %d | %s | %.2f (%.2f to %.2f) |",
        images,
        last + 1,
        curve.label(),
        curve.mean(last),
        curve.lowest(last),
        curve.highest(last));
  }
}
