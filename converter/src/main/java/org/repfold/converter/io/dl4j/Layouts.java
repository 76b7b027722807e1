package org.repfold.converter.io.dl4j;

import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Weights rearranged between DL4J's layouts and the graph's. The elements stay what they are. */
final class Layouts {
  private Layouts() {}

  /** {@code [A, B]} to {@code [B, A]}. */
  static Tensor transposed(Tensor matrix) {
    return swapped(matrix, matrix.shape().dimension(0), matrix.shape().dimension(1))
        .reshape(Shape.of(matrix.shape().dimension(1), matrix.shape().dimension(0)));
  }

  /**
   * DL4J's {@code [kh, kw, C, multiplier]} to {@code [C * multiplier, 1, kh, kw]}: libnd4j's
   * depthwise convolution numbers its outputs channel first.
   */
  static Tensor depthwiseFromDl4j(Tensor weight) {
    Shape from = weight.shape();
    Shape to = Shape.of(from.product(2, 4), 1, from.dimension(0), from.dimension(1));
    return swapped(weight, from.product(0, 2), from.product(2, 4)).reshape(to);
  }

  /** The elements of a matrix of the given size, column by column. */
  private static Tensor swapped(Tensor matrix, long rows, long columns) {
    int height = Math.toIntExact(rows);
    int width = Math.toIntExact(columns);
    if (matrix.type() == ElementType.FLOAT32) {
      float[] source = matrix.toFloats();
      float[] target = new float[source.length];
      for (int i = 0; i < height; i++) {
        for (int j = 0; j < width; j++) {
          target[j * height + i] = source[i * width + j];
        }
      }
      return Tensor.of(Shape.of(source.length), target);
    }
    double[] source = matrix.toDoubles();
    double[] target = new double[source.length];
    for (int i = 0; i < height; i++) {
      for (int j = 0; j < width; j++) {
        target[j * height + i] = source[i * width + j];
      }
    }
    return Tensor.of(Shape.of(source.length), target);
  }
}
