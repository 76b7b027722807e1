package org.repfold.graph.file;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * How a file stores a number. Numbers that have no {@link ElementType} of their own are widened to
 * the next one that holds them exactly: 16-bit floats to float32, integers and truth values to
 * int64.
 */
public enum ElementFormat {
  FLOAT64(Double.BYTES, ElementType.FLOAT64),
  FLOAT32(Float.BYTES, ElementType.FLOAT32),
  /** IEEE 754 binary16. */
  FLOAT16(Short.BYTES, ElementType.FLOAT32),
  /** The upper half of a float32. */
  BFLOAT16(Short.BYTES, ElementType.FLOAT32),
  INT64(Long.BYTES, ElementType.INT64),
  INT32(Integer.BYTES, ElementType.INT64),
  INT16(Short.BYTES, ElementType.INT64),
  INT8(Byte.BYTES, ElementType.INT64),
  UINT8(Byte.BYTES, ElementType.INT64),
  /** A byte that is 0 or 1. */
  BOOL(Byte.BYTES, ElementType.INT64);

  /** Longer arrays cannot be made on common virtual machines. */
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8L;

  /** From this number of bytes on, numbers are left in their file. */
  private static final int SMALLEST_MAPPED = 1 << 20;

  /** How many numbers are written at once. */
  private static final int PIECE = 1 << 13;

  private final int width;
  private final ElementType type;

  ElementFormat(int width, ElementType type) {
    this.width = width;
    this.type = type;
  }

  /** The format that stores a type as it is. */
  public static ElementFormat of(ElementType type) {
    return switch (type) {
      case FLOAT64 -> FLOAT64;
      case FLOAT32 -> FLOAT32;
      case INT64 -> INT64;
    };
  }

  /** The bytes that a number takes. */
  public int width() {
    return width;
  }

  /** The type of the tensors that are read. */
  public ElementType type() {
    return type;
  }

  /**
   * Reads a tensor whose elements stand in the file one after the other, row-major. Floating-point
   * numbers of some size take no memory: they are read from the file when they are used.
   *
   * @throws BadInputException if the file ends before, a tensor cannot hold as many elements, or a
   *     truth value is neither 0 nor 1
   */
  public Tensor read(InputFile in, long position, Shape shape, ByteOrder order) throws IOException {
    int count = count(shape);
    long bytes = (long) count * width;
    in.requireInside(position, bytes);
    if (isLeftInFile(bytes)) {
      return view(in.mapped(position, (int) bytes).order(order), shape);
    }
    return switch (type) {
      case FLOAT64 -> {
        double[] elements = new double[count];
        DoubleBuffer target = DoubleBuffer.wrap(elements);
        in.chunks(position, bytes, order, chunk -> target.put(chunk.asDoubleBuffer()));
        yield Tensor.of(shape, elements);
      }
      case FLOAT32 -> {
        float[] elements = new float[count];
        FloatBuffer target = FloatBuffer.wrap(elements);
        in.chunks(position, bytes, order, chunk -> putFloats(chunk, target));
        yield Tensor.of(shape, elements);
      }
      case INT64 -> {
        long[] elements = new long[count];
        LongBuffer target = LongBuffer.wrap(elements);
        in.chunks(position, bytes, order, chunk -> putIntegers(chunk, target));
        yield Tensor.of(shape, elements);
      }
    };
  }

  /**
   * Whether so many bytes of numbers are left in their file: floating-point ones, neither few nor
   * more than one buffer holds.
   */
  public boolean isLeftInFile(long bytes) {
    return type != ElementType.INT64 && bytes >= SMALLEST_MAPPED && bytes <= Integer.MAX_VALUE;
  }

  /**
   * A tensor that reads its elements from a buffer, which must not change afterwards.
   *
   * @param bytes from the first to the limit; as many as the shape has elements
   * @throws IllegalArgumentException if this is a format of integers
   */
  public Tensor view(ByteBuffer bytes, Shape shape) {
    return Tensor.of(shape, type, new StoredNumbers(this, bytes));
  }

  /** The floating-point number at a position of a buffer. */
  double floatingPoint(ByteBuffer bytes, int position) {
    return switch (this) {
      case FLOAT64 -> bytes.getDouble(position);
      case FLOAT32 -> bytes.getFloat(position);
      case FLOAT16 -> Halves.fromFloat16(bytes.getShort(position));
      case BFLOAT16 -> Halves.fromBfloat16(bytes.getShort(position));
      default -> throw new IllegalStateException(name());
    };
  }

  private static int count(Shape shape) {
    try {
      long count = shape.elements();
      if (count <= MOST_ELEMENTS) {
        return (int) count;
      }
    } catch (ArithmeticException e) {
      // More than a long counts: the error below.
    }
    throw new BadInputException(
        "expected at most " + MOST_ELEMENTS + " elements, found shape " + shape);
  }

  private void putFloats(ByteBuffer chunk, FloatBuffer target) {
    switch (this) {
      case FLOAT32 -> target.put(chunk.asFloatBuffer());
      case FLOAT16 -> {
        while (chunk.hasRemaining()) {
          target.put(Halves.fromFloat16(chunk.getShort()));
        }
      }
      case BFLOAT16 -> {
        while (chunk.hasRemaining()) {
          target.put(Halves.fromBfloat16(chunk.getShort()));
        }
      }
      default -> throw new IllegalStateException(name());
    }
  }

  private void putIntegers(ByteBuffer chunk, LongBuffer target) {
    while (chunk.hasRemaining()) {
      target.put(
          switch (this) {
            case INT64 -> chunk.getLong();
            case INT32 -> chunk.getInt();
            case INT16 -> chunk.getShort();
            case INT8 -> chunk.get();
            case UINT8 -> Byte.toUnsignedLong(chunk.get());
            case BOOL -> truth(chunk.get());
            default -> throw new IllegalStateException(name());
          });
    }
  }

  private static long truth(byte value) {
    if (value != 0 && value != 1) {
      throw new BadInputException(
          "expected truth values of 0 or 1, found " + Byte.toUnsignedInt(value));
    }
    return value;
  }

  /** Writes a tensor's elements as they are, little-endian, row-major. */
  public static void write(Tensor tensor, OutputStream out) throws IOException {
    if (tensor.type() == ElementType.INT64) {
      writeIntegers(tensor.toLongs(), out);
      return;
    }
    ElementFormat format = of(tensor.type());
    double[] piece = new double[Math.min(PIECE, tensor.size())];
    ByteBuffer chunk =
        ByteBuffer.allocate(piece.length * format.width()).order(ByteOrder.LITTLE_ENDIAN);
    for (int from = 0; from < tensor.size(); from += piece.length) {
      int length = Math.min(piece.length, tensor.size() - from);
      tensor.copyTo(piece, from, length);
      chunk.clear();
      for (int i = 0; i < length; i++) {
        if (format == FLOAT64) {
          chunk.putDouble(piece[i]);
        } else {
          chunk.putFloat((float) piece[i]);
        }
      }
      out.write(chunk.array(), 0, chunk.position());
    }
  }

  private static void writeIntegers(long[] integers, OutputStream out) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(PIECE * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (long integer : integers) {
      if (!chunk.hasRemaining()) {
        out.write(chunk.array());
        chunk.clear();
      }
      chunk.putLong(integer);
    }
    out.write(chunk.array(), 0, chunk.position());
  }
}
