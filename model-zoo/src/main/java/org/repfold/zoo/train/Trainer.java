package org.repfold.zoo.train;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.data.ImageBatches;
import org.repfold.zoo.data.LabelledImages;
import org.repfold.zoo.train.kernels.TrainingKernels;

/**
 * Trains a graph by a recipe. Whatever is random follows from the seed and the count of steps done,
 * which the graph carries, so a run that was stopped and resumed takes exactly the steps of one
 * that was not.
 */
public final class Trainer {
  private final ComputationGraph graph;
  private final TrainingRecipe recipe;
  private final LabelledImages training;
  private final LabelledImages test;
  private final Path checkpoint;
  private final TrainingProgress progress;
  private volatile boolean stopRequested;

  /**
   * A trainer that goes on from where the graph stands.
   *
   * @param graph built with {@link TrainingRecipe#graphOptions}, new or from a checkpoint
   * @param recipe the recipe the graph was built with
   * @param training images to learn from, at least one batch of them
   * @param test images to measure accuracy on after each epoch
   * @param checkpoint file to leave the graph in after each epoch and when stopped; or null
   * @param progress told about each step
   * @throws BadInputException if the images do not fill one batch or have too many classes
   */
  public Trainer(
      ComputationGraph graph,
      TrainingRecipe recipe,
      LabelledImages training,
      LabelledImages test,
      Path checkpoint,
      TrainingProgress progress) {
    this.graph = Objects.requireNonNull(graph);
    this.recipe = Objects.requireNonNull(recipe);
    this.training = training;
    this.test = test;
    this.checkpoint = checkpoint;
    this.progress = Objects.requireNonNull(progress);
    if (recipe.iterationsPerEpoch(training.count()) == 0) {
      throw new BadInputException(
          "expected at least one batch of %d training images, found %d"
              .formatted(recipe.batchSize(), training.count()));
    }
  }

  /** Ends {@link #run} after the current step, with a checkpoint. Any thread may call it. */
  public void requestStop() {
    stopRequested = true;
  }

  /**
   * Trains until the recipe is done or a stop is requested.
   *
   * @return whether the recipe is done
   * @throws IOException if a checkpoint cannot be written
   */
  public boolean run() throws IOException {
    ClassifierProbe probe = new ClassifierProbe(graph);
    TrainingKernels kernels = TrainingKernels.install(graph);
    graph.setListeners(probe);
    try {
      return train(probe);
    } finally {
      kernels.close();
      graph.setListeners();
    }
  }

  private boolean train(ClassifierProbe probe) throws IOException {
    ImageBatches batches = new ImageBatches(training, recipe.normalization());
    int perEpoch = recipe.iterationsPerEpoch(training.count());
    int total = perEpoch * recipe.epochs();
    int first = graph.getIterationCount();
    long began = System.nanoTime();
    int[] order = null;
    double lossSum = 0;
    int epochFirst = first;
    for (int iteration = first; iteration < total; iteration++) {
      if (stopRequested) {
        write();
        return false;
      }
      int epoch = iteration / perEpoch;
      int step = iteration % perEpoch;
      if (order == null || step == 0) {
        order = batches.order(recipe.seed(), epoch);
        probe.reset();
        lossSum = 0;
        epochFirst = iteration;
      }
      ImageBatches.Batch batch =
          batches.training(
              order,
              step * recipe.batchSize(),
              recipe.batchSize(),
              probe.classes(),
              recipe.augmentation(),
              recipe.seed() ^ (long) iteration << 20);
      probe.expect(batch.classes());
      graph.fit(new INDArray[] {batch.features()}, new INDArray[] {batch.labels()});
      lossSum += graph.score();
      Duration elapsed = Duration.ofNanos(System.nanoTime() - began);
      int done = iteration + 1;
      progress.iteration(
          new TrainingProgress.Iteration(
              epoch + 1,
              recipe.epochs(),
              done,
              total,
              graph.score(),
              probe.accuracy(),
              elapsed,
              elapsed.multipliedBy(total - done).dividedBy(done - first)));
      if (step == perEpoch - 1) {
        graph.incrementEpochCount();
        write();
        double testAccuracy = Evaluation.of(graph, test, recipe.normalization()).accuracy();
        progress.epoch(
            new TrainingProgress.Epoch(
                epoch + 1,
                recipe.epochs(),
                lossSum / (done - epochFirst),
                probe.accuracy(),
                testAccuracy,
                Duration.ofNanos(System.nanoTime() - began)));
      }
    }
    return true;
  }

  private void write() throws IOException {
    if (checkpoint != null) {
      new Checkpoint(graph, recipe).write(checkpoint);
    }
  }
}
