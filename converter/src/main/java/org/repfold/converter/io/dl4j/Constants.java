package org.repfold.converter.io.dl4j;

import java.util.Optional;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Constants written out to the shapes that a DL4J layer takes. */
final class Constants {
  private Constants() {}

  /**
   * The constant as {@code [1, C, 1, 1]} where it is the same at all positions, else as {@code [1,
   * C, H, W]}; empty where it differs between examples.
   *
   * @param map {@code [N, C, H, W]} that it broadcasts with
   */
  static Optional<Tensor> overMap(Tensor constant, Shape map) {
    Shape shape = constant.shape();
    long[] padded = {1, 1, 1, 1};
    for (int i = 1; i <= shape.rank(); i++) {
      if (i > 4) {
        return Optional.empty();
      }
      padded[4 - i] = shape.dimension(-i);
    }
    if (padded[0] != 1) {
      return Optional.empty();
    }
    boolean perChannel = padded[2] == 1 && padded[3] == 1;
    Shape target = perChannel ? Shape.of(1, map.dimension(1), 1, 1) : map.with(0, 1);
    return Optional.of(broadcast(constant, Shape.of(padded), target));
  }

  private static Tensor broadcast(Tensor constant, Shape from, Shape to) {
    if (from.equals(to)) {
      return constant.reshape(to);
    }
    double[] elements = new double[Math.toIntExact(to.elements())];
    for (int i = 0; i < elements.length; i++) {
      int index = 0;
      long rest = i;
      long stride = 1;
      for (int axis = 3; axis >= 0; axis--) {
        long position = rest % to.dimension(axis);
        rest /= to.dimension(axis);
        index += (int) (from.dimension(axis) == 1 ? 0 : position * stride);
        stride *= from.dimension(axis);
      }
      elements[i] = constant.get(index);
    }
    Tensor result = Tensor.of(to, elements);
    return constant.type() == ElementType.FLOAT32 ? result.to(ElementType.FLOAT32) : result;
  }
}
