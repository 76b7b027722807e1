package org.repfold.zoo;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;

/** Reads an architecture's sizes off the shapes of its tensors. */
public final class TensorSizes {
  private TensorSizes() {}

  /**
   * The sizes of a tensor's axes.
   *
   * @param rank how many it must have
   * @throws BadInputException naming the tensor, if it is missing, or has other axes or empty ones
   */
  public static List<Integer> of(Map<String, Shape> tensors, String name, int rank) {
    Shape shape = tensors.get(name);
    if (shape == null
        || shape.rank() != rank
        || IntStream.range(0, rank)
            .anyMatch(a -> shape.dimension(a) < 1 || shape.dimension(a) > Integer.MAX_VALUE)) {
      throw new BadInputException(
          "expected a tensor '%s' of %d axes to read the architecture off, found %s; --arch names the architecture"
              .formatted(name, rank, shape == null ? "none" : shape));
    }
    return IntStream.range(0, rank).mapToObj(axis -> (int) shape.dimension(axis)).toList();
  }

  /**
   * The sizes of a dense layer's weight {@code [out, in]}, which may be {@code [out, in, 1, 1]},
   * that of the convolution that computes the same.
   *
   * @throws BadInputException naming the tensor, if it is missing, or has other axes or empty ones
   */
  public static List<Integer> ofDense(Map<String, Shape> tensors, String name) {
    Shape shape = tensors.get(name);
    boolean isConvolution = shape != null && shape.rank() == 4 && shape.product(2, 4) == 1;
    return of(tensors, name, isConvolution ? 4 : 2).subList(0, 2);
  }
}
