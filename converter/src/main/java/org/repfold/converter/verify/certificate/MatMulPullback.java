package org.repfold.converter.verify.certificate;

import java.util.stream.IntStream;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Of a matrix product with a constant: either factor may be the constant. */
final class MatMulPullback implements Pullback {
  private final Tensor constant;
  private final boolean isRight;
  private final int rows;
  private final int columns;
  private final int inner;
  private final int[] constantOf;
  private final int[] operandOf;

  /**
   * @param isRight whether the constant is the second factor
   * @param operand {@code [..., M, K]} if it is, else {@code [..., K, N]}
   * @param result {@code [..., M, N]}
   */
  MatMulPullback(Tensor constant, boolean isRight, Shape operand, Shape result) {
    this.constant = constant;
    this.isRight = isRight;
    rows = Math.toIntExact(result.dimension(-2));
    columns = Math.toIntExact(result.dimension(-1));
    inner = Math.toIntExact(operand.dimension(isRight ? -1 : -2));
    constantOf = matrices(constant.shape(), result);
    operandOf = matrices(operand, result);
  }

  /** For each matrix of the result, which of a factor's it is made of. */
  private static int[] matrices(Shape factor, Shape result) {
    Shape stack = result.with(-1, 1).with(-2, 1);
    int[] sources = Sources.broadcast(factor.with(-1, 1).with(-2, 1), stack);
    return sources != null
        ? sources
        : IntStream.range(0, Math.toIntExact(stack.elements())).toArray();
  }

  @Override
  public long pull(Row result, Row operand) {
    long pulled = 0;
    for (int block = 0; block < result.blocks(); block++) {
      for (int i = result.from(block); i < result.to(block); i++) {
        if (result.magnitudes[i] != 0) {
          pull(operand, i, result.factors[i], result.magnitudes[i]);
          pulled += inner;
        }
      }
    }
    return pulled;
  }

  private void pull(Row operand, int element, double factor, double magnitude) {
    int matrix = element / (rows * columns);
    int row = element / columns % rows;
    int column = element % columns;
    int weights =
        isRight
            ? constantOf[matrix] * inner * columns + column
            : (constantOf[matrix] * rows + row) * inner;
    int elements =
        isRight
            ? (operandOf[matrix] * rows + row) * inner
            : operandOf[matrix] * inner * columns + column;
    for (int k = 0; k < inner; k++) {
      double weight = constant.get(weights + k * (isRight ? columns : 1));
      operand.add(
          elements + k * (isRight ? 1 : columns), factor * weight, magnitude * Math.abs(weight));
    }
  }

  @Override
  public int terms() {
    return (isRight ? columns : rows) * Math.max(1, constantOf.length);
  }
}
