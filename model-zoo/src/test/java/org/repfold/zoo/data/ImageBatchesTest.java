package org.repfold.zoo.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImageBatchesTest {
  private static final Normalization UNIT = new Normalization(0, 1);

  private static LabelledImages images() {
    byte[] pixels = new byte[6 * 9];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i + 1);
    }
    return new LabelledImages(6, 3, 3, pixels, new byte[] {0, 1, 2, 0, 1, 2});
  }

  @Test
  void orderIsAPermutation() {
    int[] order = new ImageBatches(images(), UNIT).order(1, 0);
    assertArrayEquals(IntStream.range(0, 6).toArray(), Arrays.stream(order).sorted().toArray());
  }

  @Test
  void orderDependsOnSeedAndEpochAlone() {
    ImageBatches batches = new ImageBatches(images(), UNIT);
    assertArrayEquals(batches.order(1, 3), new ImageBatches(images(), UNIT).order(1, 3));
    assertFalse(Arrays.equals(batches.order(1, 3), batches.order(1, 4)));
  }

  @Test
  void normalizationMapsBytes() {
    float[] table = new Normalization(0.5, 0.25).table();
    assertEquals(-2f, table[0]);
    assertEquals(2f, table[255]);
  }

  @Test
  void augmentationIsReproducible() {
    ImageBatches batches = new ImageBatches(images(), UNIT);
    Augmentation augmentation = new Augmentation(true, 1);
    int[] order = {5, 4, 3, 2, 1, 0};
    assertEquals(
        batches.training(order, 0, 6, 3, augmentation, 9).features(),
        batches.training(order, 0, 6, 3, augmentation, 9).features());
  }

  @Test
  void withoutAugmentationTheImageIsItself() {
    ImageBatches batches = new ImageBatches(images(), UNIT);
    assertEquals(
        batches.range(2, 1),
        batches.training(new int[] {2}, 0, 1, 3, Augmentation.NONE, 1).features());
  }

  @Test
  void bundledImagesAreWhole() throws IOException {
    Path folder = Path.of("../data/fashion-mnist");
    assertEquals(12_000, LabelledImages.training(folder).count());
    assertEquals(2_000, LabelledImages.test(folder).count());
    assertEquals(10, LabelledImages.test(folder).classes());
  }
}
