package org.repfold.zoo.train;

import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Regularization;
import org.repfold.zoo.data.Augmentation;
import org.repfold.zoo.data.Normalization;

/**
 * How to train: an optimiser under a schedule.
 *
 * @param epochs passes over the training images
 * @param batchSize images of one step; a last, incomplete batch of an epoch is left out
 * @param optimizer what makes steps of gradients
 * @param peakLearningRate learning rate after the warm-up
 * @param regularization what keeps the network from learning its images by heart
 * @param schedule shape of the learning rate over time
 * @param augmentation random changes to the images
 * @param normalization from bytes to network inputs
 * @param seed determines initial weights, order and augmentation
 */
public record TrainingRecipe(
    int epochs,
    int batchSize,
    Optimizer optimizer,
    double peakLearningRate,
    Regularization regularization,
    Schedule schedule,
    Augmentation augmentation,
    Normalization normalization,
    long seed) {

  /** What makes steps of gradients. */
  public enum Optimizer {
    /** AdamW (Loshchilov and Hutter, arXiv 1711.05101), as networks of dense layers are trained. */
    ADAM_W,
    /** Gradient descent with Nesterov's momentum of 0.9, as convolutional networks are trained. */
    SGD
  }

  /** Shape of the learning rate over time. */
  public enum Schedule {
    /** From 1/25 of the peak up to it in 30 % of the time, then down to nearly nothing. */
    ONE_CYCLE,
    /** From nothing up to the peak in 5 % of the time, then down to nothing. */
    COSINE
  }

  private static final double MOMENTUM = 0.9;
  private static final double ONE_CYCLE_WARM_UP = 0.3;
  private static final double ONE_CYCLE_START = 1 / 25.0;
  private static final double ONE_CYCLE_END = 1e-5;
  private static final double COSINE_WARM_UP = 0.05;

  /**
   * Validates.
   *
   * @throws BadInputException naming the setting, what was expected and what was found
   */
  public TrainingRecipe {
    if (epochs <= 0) {
      throw new BadInputException("epochs: expected > 0, found " + epochs);
    }
    if (batchSize <= 1) {
      throw new BadInputException("batchSize: expected > 1, found " + batchSize);
    }
    if (!(peakLearningRate > 0)) {
      throw new BadInputException("peakLearningRate: expected > 0, found " + peakLearningRate);
    }
    Objects.requireNonNull(regularization, "regularization");
    Objects.requireNonNull(optimizer, "optimizer");
    Objects.requireNonNull(schedule, "schedule");
    Objects.requireNonNull(augmentation, "augmentation");
    Objects.requireNonNull(normalization, "normalization");
  }

  /**
   * The recipe that trains a small network on the bundled images in minutes. Images are not
   * changed: a few epochs are too few for that to help.
   */
  public static TrainingRecipe demo(long seed) {
    return new TrainingRecipe(
        4,
        64,
        Optimizer.ADAM_W,
        4e-3,
        new Regularization(0.05, 0.05, 0, 0),
        Schedule.ONE_CYCLE,
        Augmentation.NONE,
        Normalization.FASHION_MNIST,
        seed);
  }

  /** The same with another number of epochs. */
  public TrainingRecipe withEpochs(int newEpochs) {
    return new TrainingRecipe(
        newEpochs,
        batchSize,
        optimizer,
        peakLearningRate,
        regularization,
        schedule,
        augmentation,
        normalization,
        seed);
  }

  /** The same with other random changes to the images. */
  public TrainingRecipe withAugmentation(Augmentation newAugmentation) {
    return new TrainingRecipe(
        epochs,
        batchSize,
        optimizer,
        peakLearningRate,
        regularization,
        schedule,
        newAugmentation,
        normalization,
        seed);
  }

  /** Steps of one epoch over the given number of images. */
  public int iterationsPerEpoch(int images) {
    return images / batchSize;
  }

  /** Options of a float32 graph to be trained on the given number of images. */
  public GraphOptions graphOptions(int images) {
    CosineSchedule rate = learningRate(epochs * iterationsPerEpoch(images));
    IUpdater updater =
        switch (optimizer) {
          case ADAM_W -> new Adam(rate);
          case SGD -> new Nesterovs(rate, MOMENTUM);
        };
    return new GraphOptions(DataType.FLOAT, seed, updater, regularization);
  }

  private CosineSchedule learningRate(int iterations) {
    double peak = peakLearningRate;
    return switch (schedule) {
      case ONE_CYCLE ->
          new CosineSchedule(
              peak * ONE_CYCLE_START,
              peak,
              peak * ONE_CYCLE_END,
              (int) (iterations * ONE_CYCLE_WARM_UP),
              iterations);
      case COSINE ->
          new CosineSchedule(0, peak, 0, (int) (iterations * COSINE_WARM_UP), iterations);
    };
  }
}
