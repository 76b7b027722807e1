package org.repfold.zoo.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Regularization;
import org.repfold.zoo.data.Augmentation;
import org.repfold.zoo.data.LabelledImages;
import org.repfold.zoo.data.Normalization;
import org.repfold.zoo.repmlpnet.RepMLPNet;
import org.repfold.zoo.repmlpnet.RepMLPNetConfiguration;

class TrainerTest {
  private static final RepMLPNetConfiguration NET =
      new RepMLPNetConfiguration(
          1,
          2,
          8,
          8,
          2,
          2,
          List.of(1),
          List.of(8),
          List.of(4),
          List.of(4),
          List.of(2),
          List.of(1, 3),
          4);

  private static final LabelledImages IMAGES = images();

  @TempDir Path folder;

  /** Two classes that differ in where the image is bright. */
  private static LabelledImages images() {
    SplittableRandom random = new SplittableRandom(1);
    int count = 64;
    byte[] pixels = new byte[count * 64];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) (i % 2);
      for (int p = 0; p < 64; p++) {
        boolean bright = p / 32 == labels[i];
        pixels[i * 64 + p] = (byte) random.nextInt(bright ? 100 : 0, bright ? 256 : 156);
      }
    }
    return new LabelledImages(count, 8, 8, pixels, labels);
  }

  private static TrainingRecipe recipe() {
    return new TrainingRecipe(
        3,
        8,
        TrainingRecipe.Optimizer.ADAM_W,
        5e-3,
        new Regularization(0.05, 0.1, 0, 0),
        TrainingRecipe.Schedule.ONE_CYCLE,
        new Augmentation(true, 0),
        new Normalization(0.5, 0.25),
        4);
  }

  private static ComputationGraph newGraph() {
    return RepMLPNet.build(NET, recipe().graphOptions(IMAGES.count()));
  }

  private static Trainer trainer(
      ComputationGraph graph, TrainingRecipe recipe, Path checkpoint, TrainingProgress progress) {
    return new Trainer(graph, recipe, IMAGES, IMAGES, checkpoint, progress);
  }

  private static INDArray trained() throws IOException {
    ComputationGraph graph = newGraph();
    assertTrue(trainer(graph, recipe(), null, TrainingProgress.SILENT).run());
    return graph.params();
  }

  @Test
  void trainingLearnsToTellTheClassesApart() throws IOException {
    ComputationGraph graph = newGraph();
    trainer(graph, recipe(), null, TrainingProgress.SILENT).run();
    assertTrue(Evaluation.of(graph, IMAGES, recipe().normalization()).accuracy() > 0.9);
  }

  @Test
  void sameSeedGivesTheSameWeightsToTheBit() throws IOException {
    assertEquals(trained(), trained());
  }

  @Test
  void resumedRunEndsAsAnUninterruptedOne() throws IOException {
    Path file = folder.resolve("checkpoint.zip");
    Trainer[] stopped = new Trainer[1];
    stopped[0] = trainer(newGraph(), recipe(), file, stopAfter(11, stopped));
    assertFalse(stopped[0].run());

    Checkpoint checkpoint = Checkpoint.read(file);
    assertEquals(11, checkpoint.graph().getIterationCount());
    assertTrue(
        trainer(checkpoint.graph(), checkpoint.recipe(), file, TrainingProgress.SILENT).run());
    assertEquals(trained(), checkpoint.graph().params());
  }

  private static TrainingProgress stopAfter(int steps, Trainer[] trainer) {
    return new TrainingProgress() {
      @Override
      public void iteration(Iteration iteration) {
        if (iteration.iteration() == steps) {
          trainer[0].requestStop();
        }
      }

      @Override
      public void epoch(Epoch epoch) {}
    };
  }

  @Test
  void checkpointCarriesTheRecipe() throws IOException {
    Path file = folder.resolve("checkpoint.zip");
    new Checkpoint(newGraph(), recipe()).write(file);
    assertEquals(recipe(), Checkpoint.read(file).recipe());
  }

  @Test
  void checkpointLeavesNoTemporaryFile() throws IOException {
    new Checkpoint(newGraph(), recipe()).write(folder.resolve("checkpoint.zip"));
    try (var files = Files.list(folder)) {
      assertEquals(1, files.count());
    }
  }

  @Test
  void fileThatIsNoCheckpointIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("broken.zip"), "no zip");
    IOException error = assertThrows(IOException.class, () -> Checkpoint.read(file));
    assertTrue(error.getMessage().contains("broken.zip"), error.getMessage());
  }

  @Test
  void tooFewImagesAreRefused() {
    TrainingRecipe recipe = recipe();
    BadInputException error =
        assertThrows(
            BadInputException.class,
            () ->
                new Trainer(
                    newGraph(), recipe, IMAGES.first(7), IMAGES, null, TrainingProgress.SILENT));
    assertTrue(error.getMessage().contains("found 7"));
  }

  @Test
  void scheduleRisesToItsPeakAndFallsToItsEnd() {
    CosineSchedule schedule = new CosineSchedule(0.1, 1, 0.01, 10, 30);
    assertEquals(0.1, schedule.valueAt(0, 0), 1e-12);
    assertEquals(1, schedule.valueAt(10, 0), 1e-12);
    assertEquals(0.505, schedule.valueAt(20, 0), 1e-12);
    assertEquals(0.01, schedule.valueAt(30, 0), 1e-12);
  }
}
