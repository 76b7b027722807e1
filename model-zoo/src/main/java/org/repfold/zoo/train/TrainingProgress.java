package org.repfold.zoo.train;

import java.time.Duration;

/** Told about the course of training, on the training thread. */
public interface TrainingProgress {
  /** Ignores everything. */
  TrainingProgress SILENT =
      new TrainingProgress() {
        @Override
        public void iteration(Iteration iteration) {}

        @Override
        public void epoch(Epoch epoch) {}
      };

  /**
   * After a step.
   *
   * @param epoch the current epoch, from 1
   * @param epochs all epochs
   * @param iteration steps done, of all epochs
   * @param iterations all steps
   * @param loss training loss of this step
   * @param accuracy share of this epoch's training images so far that were classified correctly
   * @param elapsed time since this run began
   * @param remaining estimated time that the remaining steps take
   */
  record Iteration(
      int epoch,
      int epochs,
      int iteration,
      int iterations,
      double loss,
      double accuracy,
      Duration elapsed,
      Duration remaining) {}

  /**
   * After an epoch.
   *
   * @param epoch the epoch that ended, from 1
   * @param epochs all epochs
   * @param loss mean training loss of the epoch
   * @param trainingAccuracy share of the (augmented) training images classified correctly
   * @param testAccuracy share of the test images classified correctly
   * @param elapsed time since this run began
   */
  record Epoch(
      int epoch,
      int epochs,
      double loss,
      double trainingAccuracy,
      double testAccuracy,
      Duration elapsed) {}

  void iteration(Iteration iteration);

  void epoch(Epoch epoch);
}
