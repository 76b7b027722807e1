package org.repfold.converter.verify;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.BadInputException;

/**
 * Real inputs.
 *
 * @param name what they are, for the report
 * @param images {@code [N, C, H, W]} float32
 * @param labels each image's class; empty if unknown
 */
public record LabelledData(String name, INDArray images, int[] labels) {
  public LabelledData {
    if (labels.length != 0 && labels.length != images.size(0)) {
      throw new BadInputException(
          name
              + ": expected a label for each of "
              + images.size(0)
              + " images, found "
              + labels.length);
    }
    labels = labels.clone();
  }

  int samples() {
    return Math.toIntExact(images.size(0));
  }

  boolean isLabelled() {
    return labels.length > 0;
  }
}
