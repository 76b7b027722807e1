package org.repfold.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.repfold.zoo.train.TrainingProgress;

/**
 * Shows the course of training: a bar on a terminal, a line now and then elsewhere; and one line
 * for each epoch.
 */
final class TrainingDisplay implements TrainingProgress, AutoCloseable {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(15);

  private final Console console;
  private final List<Epoch> epochs = new ArrayList<>();
  private ProgressBar bar;
  private Duration lastLine = Duration.ZERO;

  TrainingDisplay(Console console) {
    this.console = console;
  }

  /** The epochs so far. */
  List<Epoch> epochs() {
    return List.copyOf(epochs);
  }

  @Override
  public void iteration(Iteration step) {
    String state =
        String.format(Locale.ROOT, "loss %.3f, accuracy %.3f", step.loss(), step.accuracy());
    if (console.isTerminal()) {
      if (bar == null) {
        bar =
            new ProgressBarBuilder()
                .setTaskName("training")
                .setInitialMax(step.iterations())
                .setStyle(ProgressBarStyle.ASCII)
                .showSpeed()
                .build();
      }
      bar.stepTo(step.iteration());
      bar.setExtraMessage(String.format("epoch %d/%d, %s", step.epoch(), step.epochs(), state));
    } else if (step.elapsed().minus(lastLine).compareTo(BETWEEN_LINES) >= 0) {
      lastLine = step.elapsed();
      console.line(
          "  epoch %d/%d, step %d/%d, %s, %s left",
          step.epoch(),
          step.epochs(),
          step.iteration(),
          step.iterations(),
          state,
          seconds(step.remaining()));
    }
  }

  @Override
  public void epoch(Epoch epoch) {
    epochs.add(epoch);
    if (bar != null) {
      bar.pause();
    }
    console.line(
        "  epoch %d/%d: loss %.3f, training accuracy %.3f, test accuracy %.4f, after %s",
        epoch.epoch(),
        epoch.epochs(),
        epoch.loss(),
        epoch.trainingAccuracy(),
        epoch.testAccuracy(),
        seconds(epoch.elapsed()));
    if (bar != null) {
      bar.resume();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }

  private static String seconds(Duration duration) {
    long seconds = duration.toSeconds();
    return seconds < 100 ? seconds + " s" : seconds / 60 + " min " + seconds % 60 + " s";
  }
}
