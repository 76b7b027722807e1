package org.repfold.graph;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * The sizes of a value's axes, outermost first. An axis whose size is known only when the graph
 * runs (the batch) is {@link #UNKNOWN}.
 */
public final class Shape {
  /** The size of an axis that is known only when the graph runs. */
  public static final long UNKNOWN = -1;

  /** As many as any engine's arrays have; what files can make of more takes memory and time. */
  private static final int MOST_AXES = 32;

  private final long[] dimensions;

  private Shape(long[] dimensions) {
    this.dimensions = dimensions;
  }

  /**
   * A shape of the given sizes.
   *
   * @throws BadInputException if a size is negative and not {@link #UNKNOWN}, or there are more
   *     than 32
   */
  public static Shape of(long... dimensions) {
    if (dimensions.length > MOST_AXES) {
      throw new BadInputException(
          "expected at most " + MOST_AXES + " axes, found " + dimensions.length);
    }
    for (long dimension : dimensions) {
      if (dimension < UNKNOWN) {
        throw new BadInputException(
            "shape " + Arrays.toString(dimensions) + ": expected sizes of at least 0");
      }
    }
    return new Shape(dimensions.clone());
  }

  /** As {@link #of(long...)}. */
  public static Shape of(List<Long> dimensions) {
    return of(dimensions.stream().mapToLong(Long::longValue).toArray());
  }

  public int rank() {
    return dimensions.length;
  }

  /** The size of an axis; a negative axis counts from the end. */
  public long dimension(int axis) {
    return dimensions[axis < 0 ? axis + dimensions.length : axis];
  }

  public long[] toArray() {
    return dimensions.clone();
  }

  /** Whether every axis has a known size. */
  public boolean isKnown() {
    return LongStream.of(dimensions).allMatch(dimension -> dimension != UNKNOWN);
  }

  /**
   * The number of elements, 1 for a scalar.
   *
   * @throws ArithmeticException if it exceeds a long
   * @throws IllegalStateException if an axis is unknown
   */
  public long elements() {
    if (!isKnown()) {
      throw new IllegalStateException("shape " + this + " has an unknown axis");
    }
    return product(0, dimensions.length);
  }

  /**
   * The number of elements with the unknown axis, if there is one, of size 1; {@link
   * Long#MAX_VALUE} if it exceeds a long.
   */
  public long elementsOfSample() {
    try {
      return LongStream.of(dimensions).map(Math::abs).reduce(1, Math::multiplyExact);
    } catch (ArithmeticException e) {
      return Long.MAX_VALUE;
    }
  }

  /** The product of the sizes of the axes {@code from} (inclusive) to {@code to} (exclusive). */
  public long product(int from, int to) {
    long product = 1;
    for (int axis = from; axis < to; axis++) {
      product = Math.multiplyExact(product, dimensions[axis]);
    }
    return product;
  }

  /** This shape with another size of one axis. */
  public Shape with(int axis, long size) {
    long[] changed = dimensions.clone();
    changed[axis < 0 ? axis + dimensions.length : axis] = size;
    return of(changed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(dimensions, shape.dimensions);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dimensions);
  }

  @Override
  public String toString() {
    return LongStream.of(dimensions)
        .mapToObj(dimension -> dimension == UNKNOWN ? "?" : Long.toString(dimension))
        .collect(Collectors.joining("x", "[", "]"));
  }
}
