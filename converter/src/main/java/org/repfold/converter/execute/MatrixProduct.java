package org.repfold.converter.execute;

import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.Shape;

/**
 * The product of two stacks of matrices whose leading axes are broadcast, as ONNX's {@code MatMul}.
 */
final class MatrixProduct {
  private MatrixProduct() {}

  /** {@code [..., M, K]} times {@code [..., K, N]}. */
  static INDArray of(INDArray left, INDArray right) {
    Shape batch = Broadcast.shape(leading(left), leading(right));
    INDArray lefts = repeated(left, batch);
    INDArray rights = repeated(right, batch);
    INDArray product = Nd4j.matmul(stack(lefts), stack(rights));
    NdArrays.releaseCopy(lefts, left);
    NdArrays.releaseCopy(rights, right);
    long[] shape = batch.with(-2, left.size(-2)).with(-1, right.size(-1)).toArray();
    if (Arrays.equals(shape, product.shape())) {
      return product;
    }
    INDArray result = NdArrays.copy(product, shape);
    NdArrays.release(product);
    return result;
  }

  private static Shape leading(INDArray matrices) {
    return Shape.of(matrices.shape()).with(-2, 1).with(-1, 1);
  }

  private static INDArray repeated(INDArray matrices, Shape batch) {
    return Broadcast.to(matrices, batch.with(-2, matrices.size(-2)).with(-1, matrices.size(-1)));
  }

  private static INDArray stack(INDArray matrices) {
    long rows = matrices.size(-2);
    long columns = matrices.size(-1);
    return matrices.reshape('c', new long[] {matrices.length() / (rows * columns), rows, columns});
  }
}
