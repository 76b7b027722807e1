package org.repfold.converter.plain;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.repfold.graph.Shape;

/**
 * Numbers and how much their computation may round.
 *
 * <p>The magnitude of a sum of products is the sum of their absolute values, with nothing
 * cancelled, carried on from operator to operator: whatever the order in which an equivalent graph
 * multiplies out, adds up or scales, its rounding errors are a small multiple of {@code 2^-53}
 * times this (Higham 2002, Accuracy and Stability of Numerical Algorithms, section 3.1). Functions
 * that are not linear carry the error on by their steepest slope.
 *
 * @param value row-major
 * @param magnitude for each value; at least its absolute value
 */
public record Numbers(Shape shape, double[] value, double[] magnitude) {
  public Numbers {
    if (shape.elements() != value.length || value.length != magnitude.length) {
      throw new IllegalArgumentException(
          shape + " has not " + value.length + " and " + magnitude.length + " elements");
    }
  }

  /** Numbers that are exact but for their own rounding. */
  static Numbers exact(Shape shape, double[] value) {
    return new Numbers(shape, value, Arrays.stream(value).map(Math::abs).toArray());
  }

  static Numbers zeros(Shape shape) {
    int size = Math.toIntExact(shape.elements());
    return new Numbers(shape, new double[size], new double[size]);
  }

  int size() {
    return value.length;
  }

  long dimension(int axis) {
    return shape.dimension(axis);
  }

  int size(int axis) {
    return Math.toIntExact(shape.dimension(axis));
  }

  /** The product of the sizes of the axes {@code from} (inclusive) to {@code to} (exclusive). */
  int product(int from, int to) {
    return Math.toIntExact(shape.product(from, to));
  }

  /** Elements of these by their indices; -1 stands for the filling. */
  Numbers gather(Shape target, IntUnaryOperator from, double filling) {
    Numbers moved = zeros(target);
    for (int i = 0; i < moved.size(); i++) {
      int index = from.applyAsInt(i);
      moved.value[i] = index < 0 ? filling : value[index];
      moved.magnitude[i] = index < 0 ? Math.abs(filling) : magnitude[index];
    }
    return moved;
  }

  /** Adds {@code weight} times an element of {@code from}. */
  void add(int index, double weight, Numbers from, int element) {
    value[index] += weight * from.value[element];
    magnitude[index] += Math.abs(weight) * from.magnitude[element];
  }

  /** Adds a constant. */
  void add(int index, double constant) {
    value[index] += constant;
    magnitude[index] += Math.abs(constant);
  }

  /** Multiplies with a constant. */
  void multiply(int index, double constant) {
    value[index] *= constant;
    magnitude[index] *= Math.abs(constant);
  }
}
