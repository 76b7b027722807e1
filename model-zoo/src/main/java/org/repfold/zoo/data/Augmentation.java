package org.repfold.zoo.data;

import java.util.SplittableRandom;
import org.repfold.graph.BadInputException;

/**
 * Random changes to training images that keep their class. Pixels that a shift brings in are black.
 *
 * @param horizontalFlip whether to mirror every other image
 * @param maxShift largest shift, in pixels, along each axis
 */
public record Augmentation(boolean horizontalFlip, int maxShift) {
  /** No change. */
  public static final Augmentation NONE = new Augmentation(false, 0);

  /**
   * Validates.
   *
   * @throws BadInputException if the shift is negative
   */
  public Augmentation {
    if (maxShift < 0) {
      throw new BadInputException("maxShift: expected >= 0, found " + maxShift);
    }
  }

  /** Writes one image, changed at random and mapped through the table, into {@code target}. */
  void apply(
      LabelledImages images,
      int index,
      SplittableRandom random,
      float[] table,
      float[] target,
      int offset) {
    boolean flip = horizontalFlip && random.nextBoolean();
    int down = random.nextInt(-maxShift, maxShift + 1);
    int right = random.nextInt(-maxShift, maxShift + 1);
    int height = images.height();
    int width = images.width();
    int start = index * height * width;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int fromY = y - down;
        int fromX = (flip ? width - 1 - x : x) - right;
        boolean inside = fromY >= 0 && fromY < height && fromX >= 0 && fromX < width;
        int pixel = inside ? images.pixels()[start + fromY * width + fromX] & 0xff : 0;
        target[offset + y * width + x] = table[pixel];
      }
    }
  }
}
