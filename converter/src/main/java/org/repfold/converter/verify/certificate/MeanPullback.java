package org.repfold.converter.verify.certificate;

import java.util.List;
import java.util.stream.IntStream;
import org.repfold.graph.Shape;

/** Of the mean over some axes. */
final class MeanPullback implements Pullback {
  private final int[] first;
  private final int[] summed;

  MeanPullback(Shape operand, List<Integer> axes) {
    List<Integer> kept =
        IntStream.range(0, operand.rank()).filter(axis -> !axes.contains(axis)).boxed().toList();
    first = Sources.along(operand, kept);
    summed = Sources.along(operand, axes);
  }

  @Override
  public long pull(Row result, Row operand) {
    long pulled = 0;
    for (int block = 0; block < result.blocks(); block++) {
      for (int i = result.from(block); i < result.to(block); i++) {
        if (result.magnitudes[i] != 0) {
          double factor = result.factors[i] / summed.length;
          double magnitude = result.magnitudes[i] / summed.length;
          for (int place : summed) {
            operand.add(first[i] + place, factor, magnitude);
          }
          pulled += summed.length;
        }
      }
    }
    return pulled;
  }

  @Override
  public int terms() {
    return 1;
  }
}
