package org.repfold.zoo.data;

import org.repfold.graph.BadInputException;

/**
 * Maps a byte {@code p} to {@code (p / 255 - mean) / deviation}.
 *
 * @param mean mean of the training set's pixels, in [0, 1]
 * @param deviation their standard deviation
 */
public record Normalization(double mean, double deviation) {
  /** Of Fashion-MNIST's 60,000 training images. */
  public static final Normalization FASHION_MNIST = new Normalization(0.2860, 0.3530);

  /**
   * Validates.
   *
   * @throws BadInputException unless the deviation is positive
   */
  public Normalization {
    if (!(deviation > 0)) {
      throw new BadInputException("deviation: expected > 0, found " + deviation);
    }
  }

  /** The values of all 256 bytes. */
  float[] table() {
    float[] table = new float[256];
    for (int pixel = 0; pixel < table.length; pixel++) {
      table[pixel] = (float) ((pixel / 255.0 - mean) / deviation);
    }
    return table;
  }
}
