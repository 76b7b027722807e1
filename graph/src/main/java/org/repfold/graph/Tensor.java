package org.repfold.graph;

import java.util.Arrays;

/**
 * An immutable array of numbers, row-major.
 *
 * <p>Two tensors are equal when type, shape and every element's bits are. Parameters that a source
 * shares between nodes are the same {@code Tensor} object.
 *
 * <p>The elements are on the heap, or where {@link Elements} reads them: in a file, or in a tensor
 * of another type. So a network may be larger than the heap, and conversions between types take no
 * memory.
 */
public final class Tensor {
  /** How many elements are copied at once. */
  private static final int PIECE = 1 << 13;

  private final Shape shape;
  private final ElementType type;

  /** An array of double, float or long, or {@link Elements}. */
  private final Object elements;

  private Tensor(Shape shape, ElementType type, Object elements, int length) {
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
    this.type = type;
    this.elements = elements;
  }

  /** A float64 tensor over the given array, which the caller must not change afterwards. */
  public static Tensor of(Shape shape, double... elements) {
    return new Tensor(shape, ElementType.FLOAT64, elements, elements.length);
  }

  /** A float32 tensor over the given array, which the caller must not change afterwards. */
  public static Tensor of(Shape shape, float... elements) {
    return new Tensor(shape, ElementType.FLOAT32, elements, elements.length);
  }

  /** An int64 tensor over the given array, which the caller must not change afterwards. */
  public static Tensor of(Shape shape, long... elements) {
    return new Tensor(shape, ElementType.INT64, elements, elements.length);
  }

  /**
   * A tensor of numbers that are not on the heap.
   *
   * @param type float32 only if that holds all of the numbers
   * @throws IllegalArgumentException if the type is none of floating-point numbers
   */
  public static Tensor of(Shape shape, ElementType type, Elements elements) {
    if (type == ElementType.INT64) {
      throw new IllegalArgumentException("expected a floating-point type, found " + type);
    }
    return new Tensor(shape, type, elements, elements.size());
  }

  /** A float64 vector over the given array, which the caller must not change afterwards. */
  public static Tensor vector(double... elements) {
    return of(Shape.of(elements.length), elements);
  }

  public Shape shape() {
    return shape;
  }

  public ElementType type() {
    return type;
  }

  /** Whether this tensor's elements are read from where something else holds them. */
  public boolean isView() {
    return elements instanceof Elements;
  }

  /** The number of elements. */
  public int size() {
    if (elements instanceof double[] doubles) {
      return doubles.length;
    } else if (elements instanceof float[] floats) {
      return floats.length;
    }
    return elements instanceof long[] longs ? longs.length : ((Elements) elements).size();
  }

  /** The element at a row-major index, as float64. */
  public double get(int index) {
    if (elements instanceof double[] doubles) {
      return doubles[index];
    } else if (elements instanceof float[] floats) {
      return floats[index];
    }
    return elements instanceof long[] longs ? longs[index] : ((Elements) elements).get(index);
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
    return new IllegalStateException("tensor is " + type + ", not INT64");
  }

  /** The elements as float64, row-major, in a new array. */
  public double[] toDoubles() {
    if (elements instanceof double[] doubles) {
      return doubles.clone();
    }
    double[] result = new double[size()];
    copyTo(result, 0, result.length);
    return result;
  }

  /**
   * Copies the elements from a row-major index on, as float64, to the start of an array: as many as
   * given.
   */
  public void copyTo(double[] target, int from, int length) {
    if (elements instanceof double[] doubles) {
      System.arraycopy(doubles, from, target, 0, length);
    } else if (elements instanceof Elements others) {
      others.copyTo(target, from, length);
    } else {
      for (int i = 0; i < length; i++) {
        target[i] = get(from + i);
      }
    }
  }

  /** The elements rounded to float32 (to nearest, ties to even), row-major, in a new array. */
  public float[] toFloats() {
    if (elements instanceof float[] floats) {
      return floats.clone();
    }
    float[] result = new float[size()];
    double[] piece = new double[Math.min(PIECE, result.length)];
    for (int from = 0; from < result.length; from += piece.length) {
      int length = Math.min(piece.length, result.length - from);
      copyTo(piece, from, length);
      for (int i = 0; i < length; i++) {
        result[from + i] = (float) piece[i];
      }
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

  /**
   * This tensor in another type (float32 being rounded to nearest, ties to even), without a copy:
   * its elements are converted where they are read. Itself if it has that type already.
   */
  public Tensor to(ElementType wanted) {
    return switch (wanted) {
      case FLOAT64 -> type == wanted ? this : of(shape, wanted, new Widened(this));
      case FLOAT32 -> type == wanted ? this : of(shape, wanted, new Rounded(this));
      case INT64 -> {
        if (type != wanted) {
          throw new IllegalArgumentException("no conversion from " + type + " to INT64");
        }
        yield this;
      }
    };
  }

  private record Widened(Tensor source) implements Elements {
    @Override
    public int size() {
      return source.size();
    }

    @Override
    public double get(int index) {
      return source.get(index);
    }

    @Override
    public void copyTo(double[] target, int from, int length) {
      source.copyTo(target, from, length);
    }
  }

  private record Rounded(Tensor source) implements Elements {
    @Override
    public int size() {
      return source.size();
    }

    @Override
    public double get(int index) {
      return (float) source.get(index);
    }

    @Override
    public void copyTo(double[] target, int from, int length) {
      source.copyTo(target, from, length);
      for (int i = 0; i < length; i++) {
        target[i] = (float) target[i];
      }
    }
  }

  /**
   * The same elements under another shape, without a copy.
   *
   * @throws BadInputException if the number of elements differs
   */
  public Tensor reshape(Shape newShape) {
    return new Tensor(newShape, type, elements, size());
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
    if (!(other instanceof Tensor tensor) || !shape.equals(tensor.shape) || type != tensor.type) {
      return this == other;
    } else if (elements == tensor.elements) {
      return true;
    } else if (elements instanceof long[] longs) {
      return Arrays.equals(longs, (long[]) tensor.elements);
    }
    for (int i = 0; i < size(); i++) {
      if (Double.doubleToLongBits(get(i)) != Double.doubleToLongBits(tensor.get(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + (size() == 0 ? 0 : Double.hashCode(get(size() / 2)));
  }

  @Override
  public String toString() {
    return type + " " + shape;
  }
}
