package org.repfold.converter.execute;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.ElementType;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Operators that bring values to a common scale. */
final class Normalizations {
  private Normalizations() {}

  /**
   * Subtracts the mean first, as cancellation in {@code x * scale + shift} would cost float32
   * accuracy.
   */
  static INDArray batch(Operator.BatchNormalization norm, INDArray x, ElementType type) {
    double[] factors = new double[norm.channels()];
    Arrays.setAll(
        factors, c -> norm.scale().get(c) / Math.sqrt(norm.variance().get(c) + norm.epsilon()));
    INDArray means = NdArrays.perChannel(norm.mean(), x.rank(), type);
    INDArray scales = NdArrays.perChannel(Tensor.vector(factors), x.rank(), type);
    INDArray result = x.sub(means).muli(scales);
    NdArrays.release(means);
    NdArrays.release(scales);
    return NdArrays.addPerChannel(result, norm.shift(), type);
  }

  /**
   * Each row in float64, rounded once. The variance is the mean square of the distances from the
   * mean, which does not cancel.
   */
  static INDArray layer(Operator.LayerNormalization norm, INDArray x) {
    INDArray result = Nd4j.createUninitialized(x.dataType(), x.shape(), 'c');
    DataBuffer from = x.data();
    DataBuffer to = result.data();
    double[] scale = norm.scale().toDoubles();
    double[] shift = norm.shift().map(Tensor::toDoubles).orElse(new double[scale.length]);
    double[] row = new double[scale.length];
    for (long first = 0; first < x.length(); first += row.length) {
      for (int i = 0; i < row.length; i++) {
        row[i] = from.getDouble(first + i);
      }
      double mean = Arrays.stream(row).sum() / row.length;
      double variance =
          Arrays.stream(row).map(value -> (value - mean) * (value - mean)).sum() / row.length;
      double deviation = Math.sqrt(variance + norm.epsilon());
      for (int i = 0; i < row.length; i++) {
        to.put(first + i, scale[i] * ((row[i] - mean) / deviation) + shift[i]);
      }
    }
    return result;
  }

  /**
   * In float64, rounded once. ND4J's own is not a number where a row of float64 is far below 0, as
   * it takes the largest to be at least nearly 0.
   */
  static INDArray softmax(Operator.Softmax softmax, INDArray x) {
    INDArray result = Nd4j.createUninitialized(x.dataType(), x.shape(), 'c');
    DataBuffer from = x.data();
    DataBuffer to = result.data();
    int axis = softmax.axis() < 0 ? softmax.axis() + x.rank() : softmax.axis();
    long step = Shape.of(x.shape()).product(axis + 1, x.rank());
    double[] row = new double[Math.toIntExact(x.size(axis))];
    for (long number = 0; number < x.length() / row.length; number++) {
      long first = number / step * step * row.length + number % step;
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < row.length; i++) {
        row[i] = from.getDouble(first + i * step);
        largest = Math.max(largest, row[i]);
      }
      double sum = 0;
      for (int i = 0; i < row.length; i++) {
        row[i] = Math.exp(row[i] - largest);
        sum += row[i];
      }
      for (int i = 0; i < row.length; i++) {
        to.put(first + i * step, row[i] / sum);
      }
    }
    return result;
  }
}
