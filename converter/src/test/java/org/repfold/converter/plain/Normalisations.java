package org.repfold.converter.plain;

import org.repfold.graph.Operator;

/** Operators that bring numbers to a common scale. */
final class Normalisations {
  private Normalisations() {}

  static Numbers batch(Operator.BatchNormalization norm, Numbers x) {
    Numbers y = Numbers.zeros(x.shape());
    int positions = x.product(2, x.shape().rank());
    for (int i = 0; i < y.size(); i++) {
      int c = i / positions % norm.channels();
      y.add(i, 1, x, i);
      y.add(i, -norm.mean().get(c));
      y.multiply(i, norm.scale().get(c) / Math.sqrt(norm.variance().get(c) + norm.epsilon()));
      y.add(i, norm.shift().get(c));
    }
    return y;
  }

  /**
   * With {@code z} the normalised row, an error {@code e} of the input moves it by {@code (e -
   * mean(e) - z mean(z e)) / deviation}.
   */
  static Numbers layer(Operator.LayerNormalization norm, Numbers x) {
    Numbers y = Numbers.zeros(x.shape());
    int length = norm.scale().size();
    for (int first = 0; first < x.size(); first += length) {
      double mean = 0;
      double error = 0;
      for (int i = first; i < first + length; i++) {
        mean += x.value()[i] / length;
        error += x.magnitude()[i] / length;
      }
      double variance = 0;
      for (int i = first; i < first + length; i++) {
        variance += (x.value()[i] - mean) * (x.value()[i] - mean) / length;
      }
      double deviation = Math.sqrt(variance + norm.epsilon());
      double along = 0;
      for (int i = first; i < first + length; i++) {
        y.value()[i] = (x.value()[i] - mean) / deviation;
        along += Math.abs(y.value()[i]) * x.magnitude()[i] / length;
      }
      for (int i = first; i < first + length; i++) {
        y.magnitude()[i] = (x.magnitude()[i] + error + Math.abs(y.value()[i]) * along) / deviation;
        y.multiply(i, norm.scale().get(i - first));
        if (norm.shift().isPresent()) {
          y.add(i, norm.shift().get().get(i - first));
        }
      }
    }
    return y;
  }

  /** An error {@code e} of the input moves {@code p} by {@code p (e - sum(p e))}. */
  static Numbers softmax(Operator.Softmax softmax, Numbers x) {
    Numbers y = Numbers.zeros(x.shape());
    int rank = x.shape().rank();
    int axis = softmax.axis() < 0 ? softmax.axis() + rank : softmax.axis();
    int step = x.product(axis + 1, rank);
    int length = x.size(axis);
    for (int row = 0; row < x.size() / length; row++) {
      int first = row / step * step * length + row % step;
      double largest = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < length; k++) {
        largest = Math.max(largest, x.value()[first + k * step]);
      }
      double sum = 0;
      for (int k = 0; k < length; k++) {
        sum += Math.exp(x.value()[first + k * step] - largest);
      }
      double error = 0;
      for (int k = 0; k < length; k++) {
        int i = first + k * step;
        y.value()[i] = Math.exp(x.value()[i] - largest) / sum;
        error += y.value()[i] * x.magnitude()[i];
      }
      for (int k = 0; k < length; k++) {
        int i = first + k * step;
        y.magnitude()[i] = y.value()[i] * (1 + x.magnitude()[i] + error);
      }
    }
    return y;
  }
}
