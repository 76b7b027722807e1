package org.repfold.graph.file;

import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;

/** How a file stores the elements of a tensor. Half-precision elements become float32, exactly. */
public enum StoredType {
  FLOAT64(Double.BYTES, ElementType.FLOAT64),
  FLOAT32(Float.BYTES, ElementType.FLOAT32),
  FLOAT16(Short.BYTES, ElementType.FLOAT32),
  BFLOAT16(Short.BYTES, ElementType.FLOAT32),
  INT64(Long.BYTES, ElementType.INT64);

  /** Longer arrays cannot be made on common virtual machines. */
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8L;

  private final int width;
  private final ElementType elementType;

  StoredType(int width, ElementType elementType) {
    this.width = width;
    this.elementType = elementType;
  }

  /** The type that stores a tensor's elements unchanged. */
  public static StoredType of(ElementType type) {
    return switch (type) {
      case FLOAT64 -> FLOAT64;
      case FLOAT32 -> FLOAT32;
      case INT64 -> INT64;
    };
  }

  /** The type that a tensor read from such elements has. */
  public ElementType elementType() {
    return elementType;
  }

  /**
   * The number of bytes that a tensor of the given sizes takes; nothing is allocated.
   *
   * @throws BadInputException if a size is negative, or the elements are more than a tensor holds
   */
  public long bytes(long... sizes) {
    for (long size : sizes) {
      if (size < 0) {
        throw new BadInputException("expected sizes of at least 0, found " + size);
      }
    }
    Shape shape = Shape.of(sizes);
    try {
      long elements = shape.elements();
      if (elements <= MOST_ELEMENTS) {
        return elements * width;
      }
    } catch (ArithmeticException e) {
      // More than a long counts: the error below.
    }
    throw new BadInputException(
        "expected at most " + MOST_ELEMENTS + " elements, found shape " + shape);
  }

  int width() {
    return width;
  }
}
