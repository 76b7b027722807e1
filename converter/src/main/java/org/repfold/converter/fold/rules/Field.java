package org.repfold.converter.fold.rules;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoublePredicate;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Numbers that belong to the elements of a value, the same for every sample.
 *
 * @param values of the value's rank; an axis along which they do not differ has size 1, any other
 *     the value's size. Along the first axis they repeat: one entry where every row of the value
 *     has the same numbers, several where a sample has several rows (the parts of a partitioned
 *     map)
 */
record Field(Tensor values) {

  /** The numbers of a constant that is broadcast to a value of the given rank. */
  static Field broadcast(Tensor constant, int rank) {
    long[] sizes = new long[rank];
    Arrays.fill(sizes, 1);
    int missing = rank - constant.shape().rank();
    for (int axis = missing; axis < rank; axis++) {
      sizes[axis] = constant.shape().dimension(axis - missing);
    }
    return new Field(Tensor.of(Shape.of(sizes), constant.toDoubles())).compressed();
  }

  /** One number for each position along an axis. */
  static Field along(int axis, int rank, double... numbers) {
    long[] sizes = new long[rank];
    Arrays.fill(sizes, 1);
    sizes[axis] = numbers.length;
    return new Field(Tensor.of(Shape.of(sizes), numbers)).compressed();
  }

  /** The same number everywhere. */
  static Field all(double number, int rank) {
    return along(0, rank, number);
  }

  Shape shape() {
    return values.shape();
  }

  int rank() {
    return shape().rank();
  }

  /** Rows after which the numbers repeat. */
  long rows() {
    return shape().dimension(0);
  }

  boolean variesAlong(int axis) {
    return shape().dimension(axis) != 1;
  }

  boolean variesAtMostAlong(int axis) {
    return values.size() == shape().dimension(axis);
  }

  boolean all(DoublePredicate condition) {
    for (int i = 0; i < values.size(); i++) {
      if (!condition.test(values.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** The numbers along the only axis that they vary along, which has the given size. */
  double[] vector(int axis, int size) {
    double[] vector = values.toDoubles();
    if (vector.length != shape().dimension(axis)) {
      throw new IllegalStateException("varies not only along axis " + axis + ": " + shape());
    }
    if (vector.length == size) {
      return vector;
    }
    double[] spread = new double[size];
    Arrays.fill(spread, vector[0]);
    return spread;
  }

  /** For each element what the operator makes of its two numbers. */
  Field with(Field other, DoubleBinaryOperator operator) {
    long[] sizes = new long[rank()];
    for (int axis = 0; axis < sizes.length; axis++) {
      sizes[axis] = commonMultiple(shape().dimension(axis), other.shape().dimension(axis));
    }
    Shape shape = Shape.of(sizes);
    double[] mine = repeated(shape);
    double[] others = other.repeated(shape);
    for (int i = 0; i < mine.length; i++) {
      mine[i] = operator.applyAsDouble(mine[i], others[i]);
    }
    return new Field(Tensor.of(shape, mine)).compressed();
  }

  /** The numbers of all elements of a value's rows, as many rows as after which they repeat. */
  double[] spread(Shape value) {
    return repeated(value.with(0, rows()));
  }

  /**
   * As a constant to compute with: of size 1 along all axes but one, where that says it all, and
   * otherwise of the whole value's shape.
   */
  Tensor constant(Shape value) {
    if (!value.with(0, 1).isKnown()) {
      return values;
    }
    for (int axis = 0; axis < rank(); axis++) {
      if (variesAtMostAlong(axis)) {
        return values;
      }
    }
    return Tensor.of(value.with(0, rows()), spread(value));
  }

  /**
   * The same numbers, elements in row-major order, for a value of another shape.
   *
   * @return empty where the shapes do not say how many elements a row has
   */
  Optional<Field> reshaped(Shape from, Shape to) {
    if (values.size() == 1 && to.rank() > 0) {
      return Optional.of(all(values.get(0), to.rank()));
    }
    if (to.rank() == 0 || !from.with(0, 1).isKnown() || !to.with(0, 1).isKnown()) {
      return Optional.empty();
    }
    double[] elements = spread(from);
    long row = to.product(1, to.rank());
    if (row == 0 || elements.length == 0) {
      return Optional.empty();
    }
    long total = commonMultiple(elements.length, row);
    if (total > Math.max(elements.length, row)) {
      return Optional.empty();
    }
    double[] repeated = new double[Math.toIntExact(total)];
    for (int i = 0; i < repeated.length; i++) {
      repeated[i] = elements[i % elements.length];
    }
    return Optional.of(new Field(Tensor.of(to.with(0, total / row), repeated)).compressed());
  }

  /** The same numbers without those axes along which they do not differ anyway. */
  Field compressed() {
    Field result = this;
    for (int axis = 0; axis < rank(); axis++) {
      result = result.compressed(axis);
    }
    return result;
  }

  private Field compressed(int axis) {
    int size = Math.toIntExact(shape().dimension(axis));
    if (size < 2) {
      return this;
    }
    int inner = Math.toIntExact(shape().product(axis + 1, rank()));
    double[] all = values.toDoubles();
    double[] first = new double[all.length / size];
    for (int i = 0; i < all.length; i++) {
      int outer = i / (inner * size);
      int within = i % inner;
      if (i / inner % size == 0) {
        first[outer * inner + within] = all[i];
      } else if (first[outer * inner + within] != all[i]) {
        return this;
      }
    }
    return new Field(Tensor.of(shape().with(axis, 1), first));
  }

  /** The numbers repeated along each axis until they have the given shape. */
  private double[] repeated(Shape target) {
    if (target.equals(shape())) {
      return values.toDoubles();
    }
    int[] from = ConstantArithmetic.repeating(shape(), target);
    double[] result = new double[from.length];
    Arrays.setAll(result, i -> values.get(from[i]));
    return result;
  }

  private static long commonMultiple(long a, long b) {
    return a / Axis.greatestCommonDivisor(Math.toIntExact(a), Math.toIntExact(b)) * b;
  }
}
