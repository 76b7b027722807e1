package org.repfold.converter.io.dl4j;

import java.lang.reflect.Array;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.Scratch;

/**
 * Weights rearranged between DL4J's layouts and the graph's. The elements stay what they are. Large
 * results are kept out of the heap.
 */
public final class Layouts {
  private Layouts() {}

  /** {@code [A, B]} to {@code [B, A]}. */
  public static Tensor transposed(Tensor matrix) {
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

  /** {@code [C, 1, kh, kw]} to DL4J's {@code [kh, kw, C, 1]}. */
  public static Tensor depthwiseToDl4j(Tensor weight) {
    Shape from = weight.shape();
    Shape to = Shape.of(from.dimension(2), from.dimension(3), from.dimension(0), 1);
    return swapped(weight, from.dimension(0), from.product(1, 4)).reshape(to);
  }

  /** DL4J's {@code [multiplier, C, kh, kw]} to {@code [C * multiplier, 1, kh, kw]}. */
  static Tensor separableFromDl4j(Tensor weight) {
    Shape from = weight.shape();
    Shape to = Shape.of(from.product(0, 2), 1, from.dimension(2), from.dimension(3));
    return swapped(weight, from.dimension(0), from.dimension(1), from.product(2, 4)).reshape(to);
  }

  /**
   * The kernel over time to {@code [O, C, 1, k]}. DL4J states its shape as {@code [O, C, k, 1]},
   * but computes with its elements as if they were those of {@code [k, C, O]}.
   */
  static Tensor overTimeFromDl4j(Tensor weight) {
    Shape stated = weight.shape();
    long outputs = stated.dimension(0);
    long channels = stated.dimension(1);
    long size = stated.dimension(2);
    Tensor channelsFirst = swapped(weight, size, channels, outputs);
    return swapped(channelsFirst, channels * size, outputs)
        .reshape(Shape.of(outputs, channels, 1, size));
  }

  /** The elements of a matrix of the given size, column by column. */
  private static Tensor swapped(Tensor matrix, long rows, long columns) {
    return swapped(matrix, rows, columns, 1);
  }

  /** The elements of a matrix of blocks of so many elements, column by column. */
  private static Tensor swapped(Tensor matrix, long rows, long columns, long blockSize) {
    int height = Math.toIntExact(rows);
    int width = Math.toIntExact(columns);
    int size = Math.toIntExact(blockSize);
    Object source = matrix.type() == ElementType.FLOAT32 ? matrix.toFloats() : matrix.toDoubles();
    Object target = Array.newInstance(source.getClass().getComponentType(), matrix.size());
    for (int i = 0; i < height; i++) {
      for (int j = 0; j < width; j++) {
        System.arraycopy(source, (i * width + j) * size, target, (j * height + i) * size, size);
      }
    }
    Shape shape = Shape.of(matrix.size());
    return Scratch.keep(
        target instanceof float[] floats
            ? Tensor.of(shape, floats)
            : Tensor.of(shape, (double[]) target));
  }
}
