package org.repfold.cli;

import java.util.List;
import org.repfold.zoo.train.TrainingProgress;

/** Collects the test accuracy of each epoch. */
record EpochAccuracies(List<Double> byEpoch) implements TrainingProgress {
  @Override
  public void iteration(Iteration step) {}

  @Override
  public void epoch(Epoch epoch) {
    byEpoch.add(epoch.testAccuracy());
  }
}
