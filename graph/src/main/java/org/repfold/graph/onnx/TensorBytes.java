package org.repfold.graph.onnx;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * The elements of tensors as ONNX stores them: little-endian, row-major. They go through a small
 * buffer, so that a tensor is in memory once.
 */
final class TensorBytes {
  private static final int CHUNK = 1 << 16;

  /** Longer arrays cannot be made on common virtual machines. */
  private static final long MOST_ELEMENTS = Integer.MAX_VALUE - 8L;

  private TensorBytes() {}

  /**
   * The number of bytes that a tensor of the given sizes takes; nothing is allocated.
   *
   * @throws BadInputException if a size is negative, or the elements are more than a tensor holds
   */
  static long count(ElementType type, long... sizes) {
    for (long size : sizes) {
      if (size < 0) {
        throw new BadInputException("expected sizes of at least 0, found " + size);
      }
    }
    Shape shape = Shape.of(sizes);
    try {
      long elements = shape.elements();
      if (elements <= MOST_ELEMENTS) {
        return elements * width(type);
      }
    } catch (ArithmeticException e) {
      // More than a long counts: the error below.
    }
    throw new BadInputException(
        "expected at most " + MOST_ELEMENTS + " elements, found shape " + shape);
  }

  static long count(Tensor tensor) {
    return count(tensor.type(), tensor.shape().toArray());
  }

  private static int width(ElementType type) {
    return type == ElementType.FLOAT32 ? Float.BYTES : Long.BYTES;
  }

  /**
   * Reads a tensor's elements.
   *
   * @param shape of which {@link #count} has shown that the source holds as many
   * @throws EOFException if the source ends before
   */
  static Tensor read(ElementType type, Shape shape, ReadableByteChannel in) throws IOException {
    int length = Math.toIntExact(shape.elements());
    int width = width(type);
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    return switch (type) {
      case FLOAT64 -> {
        double[] elements = new double[length];
        for (int i = 0; i < length; i++) {
          elements[i] = filled(chunk, width, length - i, in).getDouble();
        }
        yield Tensor.of(shape, elements);
      }
      case FLOAT32 -> {
        float[] elements = new float[length];
        for (int i = 0; i < length; i++) {
          elements[i] = filled(chunk, width, length - i, in).getFloat();
        }
        yield Tensor.of(shape, elements);
      }
      case INT64 -> {
        long[] elements = new long[length];
        for (int i = 0; i < length; i++) {
          elements[i] = filled(chunk, width, length - i, in).getLong();
        }
        yield Tensor.of(shape, elements);
      }
    };
  }

  /** The buffer, refilled where empty, though never beyond the elements that are left. */
  private static ByteBuffer filled(ByteBuffer chunk, int width, int left, ReadableByteChannel in)
      throws IOException {
    if (!chunk.hasRemaining()) {
      chunk.clear().limit((int) Math.min(CHUNK, (long) left * width));
      while (chunk.hasRemaining()) {
        if (in.read(chunk) < 0) {
          throw new EOFException("the file ends within a tensor");
        }
      }
      chunk.flip();
    }
    return chunk;
  }
}
