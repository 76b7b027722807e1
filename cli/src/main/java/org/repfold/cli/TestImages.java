package org.repfold.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.repfold.converter.verify.LabelledData;
import org.repfold.zoo.data.ImageBatches;
import org.repfold.zoo.data.LabelledImages;
import org.repfold.zoo.data.Normalization;

/** The test images of a folder of IDX files, as a network takes them. */
final class TestImages {
  private TestImages() {}

  static LabelledData read(Path folder) throws IOException {
    return of(LabelledImages.test(folder), Normalization.FASHION_MNIST);
  }

  static LabelledData of(LabelledImages images, Normalization normalization) {
    int[] labels = new int[images.count()];
    java.util.Arrays.setAll(labels, images::label);
    return new LabelledData(
        "test images", new ImageBatches(images, normalization).range(0, images.count()), labels);
  }
}
