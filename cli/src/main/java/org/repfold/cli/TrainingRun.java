package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.repfold.zoo.data.LabelledImages;
import org.repfold.zoo.train.Checkpoint;
import org.repfold.zoo.train.Trainer;
import org.repfold.zoo.train.TrainingProgress;
import org.repfold.zoo.train.TrainingRecipe;

/**
 * A graph in training.
 *
 * @param graph what is trained, new or from a checkpoint
 * @param recipe how
 */
record TrainingRun(ComputationGraph graph, TrainingRecipe recipe) {

  /**
   * How a run ended.
   *
   * @param finished whether the recipe is done; if not, Ctrl-C ended it
   * @param epochs the epochs of this run
   */
  record Outcome(boolean finished, List<TrainingProgress.Epoch> epochs) {

    /** Accuracy on the test images after the last epoch; 0 where there was none. */
    double testAccuracy() {
      return epochs.isEmpty() ? 0 : epochs.get(epochs.size() - 1).testAccuracy();
    }
  }

  /**
   * Trains with progress shown; Ctrl-C ends the run after the current step, with a checkpoint left.
   */
  Outcome train(LabelledImages training, LabelledImages test, Path checkpoint, Console console)
      throws IOException {
    try (TrainingDisplay display = new TrainingDisplay(console)) {
      Trainer trainer = new Trainer(graph, recipe, training, test, checkpoint, display);
      CountDownLatch ended = new CountDownLatch(1);
      Thread onInterrupt = new Thread(() -> stop(trainer, ended));
      Runtime.getRuntime().addShutdownHook(onInterrupt);
      boolean finished;
      try {
        finished = trainer.run();
      } finally {
        ended.countDown();
      }
      if (finished) {
        Runtime.getRuntime().removeShutdownHook(onInterrupt);
      }
      return new Outcome(finished, display.epochs());
    }
  }

  /**
   * Writes the trained graph, updater state and recipe left in, so that it can be trained further.
   */
  void save(Path output) throws IOException {
    new Checkpoint(graph, recipe).write(output);
  }

  private static void stop(Trainer trainer, CountDownLatch ended) {
    trainer.requestStop();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
