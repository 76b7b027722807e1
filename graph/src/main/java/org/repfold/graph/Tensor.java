package org.repfold.graph;

import java.util.Arrays;

/**
 * An immutable array of numbers, row-major.
 *
 * <p>Two tensors are equal when type, shape and every element's bits are. Parameters that a source
 * shares between nodes are the same {@code Tensor} object.
 */
public final class Tensor {
  private final Shape shape;
  private final Object elements;

  private Tensor(Shape shape, Object elements, int length) {
    if (shape.elements() != length) {
      throw new BadInputException(
          "tensor of shape "
              + shape
              + ": expected "
              + shape.elements()
              + " elements, found "
              + length);
    }
    this.shape = shape;
    this.elements = elements;
  }

  /** A float64 tensor over the given array, which the caller must not change afterwards. */
  public static Tensor of(Shape shape, double... elements) {
    return new Tensor(shape, elements, elements.length);
  }

  /** A float32 tensor over the given array, which the caller must not change afterwards. */
  public static Tensor of(Shape shape, float... elements) {
    return new Tensor(shape, elements, elements.length);
  }

  /** An int64 tensor over the given array, which the caller must not change afterwards. */
  public static Tensor of(Shape shape, long... elements) {
    return new Tensor(shape, elements, elements.length);
  }

  /** A float64 vector over the given array, which the caller must not change afterwards. */
  public static Tensor vector(double... elements) {
    return of(Shape.of(elements.length), elements);
  }

  public Shape shape() {
    return shape;
  }

  public ElementType type() {
    if (elements instanceof double[]) {
      return ElementType.FLOAT64;
    }
    return elements instanceof float[] ? ElementType.FLOAT32 : ElementType.INT64;
  }

  /** The number of elements. */
  public int size() {
    if (elements instanceof double[] doubles) {
      return doubles.length;
    }
    return elements instanceof float[] floats ? floats.length : ((long[]) elements).length;
  }

  /** The element at a row-major index, as float64. */
  public double get(int index) {
    if (elements instanceof double[] doubles) {
      return doubles[index];
    }
    return elements instanceof float[] floats ? floats[index] : ((long[]) elements)[index];
  }

  /**
   * The element at a row-major index of an int64 tensor, whatever its size.
   *
   * @throws IllegalStateException if this tensor is not int64
   */
  public long integer(int index) {
    if (elements instanceof long[] longs) {
      return longs[index];
    }
    throw notInt64();
  }

  private IllegalStateException notInt64() {
    return new IllegalStateException("tensor is " + type() + ", not INT64");
  }

  /** The elements as float64, row-major, in a new array. */
  public double[] toDoubles() {
    if (elements instanceof double[] doubles) {
      return doubles.clone();
    }
    double[] result = new double[size()];
    Arrays.setAll(result, this::get);
    return result;
  }

  /**
   * Copies the elements from a row-major index on, as float64, to the start of an array: as many as
   * given.
   */
  public void copyTo(double[] target, int from, int length) {
    if (elements instanceof double[] doubles) {
      System.arraycopy(doubles, from, target, 0, length);
      return;
    }
    for (int i = 0; i < length; i++) {
      target[i] = get(from + i);
    }
  }

  /** The elements rounded to float32 (to nearest, ties to even), row-major, in a new array. */
  public float[] toFloats() {
    if (elements instanceof float[] floats) {
      return floats.clone();
    }
    float[] result = new float[size()];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) get(i);
    }
    return result;
  }

  /**
   * The elements as int64, row-major, in a new array.
   *
   * @throws IllegalStateException if this tensor is not int64
   */
  public long[] toLongs() {
    if (elements instanceof long[] longs) {
      return longs.clone();
    }
    throw notInt64();
  }

  /** This tensor with its elements converted; itself if it has that type already. */
  public Tensor to(ElementType type) {
    if (type == type()) {
      return this;
    }
    return switch (type) {
      case FLOAT64 -> of(shape, toDoubles());
      case FLOAT32 -> of(shape, toFloats());
      case INT64 ->
          throw new IllegalArgumentException("no conversion from " + type() + " to INT64");
    };
  }

  /**
   * The same elements under another shape, without a copy.
   *
   * @throws BadInputException if the number of elements differs
   */
  public Tensor reshape(Shape newShape) {
    return new Tensor(newShape, elements, size());
  }

  /** The first row-major index whose element is NaN or infinite, or -1. */
  public int firstNonFinite() {
    for (int i = 0; i < size(); i++) {
      if (!Double.isFinite(get(i))) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public boolean equals(Object other) {
    if (!(other instanceof Tensor tensor)
        || !shape.equals(tensor.shape)
        || type() != tensor.type()) {
      return this == other;
    }
    if (elements instanceof double[] doubles) {
      return Arrays.equals(doubles, (double[]) tensor.elements);
    }
    return elements instanceof float[] floats
        ? Arrays.equals(floats, (float[]) tensor.elements)
        : Arrays.equals((long[]) elements, (long[]) tensor.elements);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + (size() == 0 ? 0 : Double.hashCode(get(size() / 2)));
  }

  @Override
  public String toString() {
    return type() + " " + shape;
  }
}
