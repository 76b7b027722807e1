package org.repfold.graph.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * The elements of tensors as bytes: little-endian, row-major. Goes through a small buffer, so that
 * a tensor is in memory once.
 */
public final class TensorBytes {
  private static final int CHUNK = 1 << 16;

  private TensorBytes() {}

  /** Writes a tensor's elements. */
  public static void write(Tensor tensor, OutputStream out) throws IOException {
    StoredType type = StoredType.of(tensor.type());
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    long[] integers = type == StoredType.INT64 ? tensor.toLongs() : null;
    for (int i = 0; i < tensor.size(); i++) {
      if (chunk.remaining() < type.width()) {
        out.write(chunk.array(), 0, chunk.position());
        chunk.clear();
      }
      switch (type) {
        case FLOAT64 -> chunk.putDouble(tensor.get(i));
        case FLOAT32 -> chunk.putFloat((float) tensor.get(i));
        default -> chunk.putLong(integers[i]);
      }
    }
    out.write(chunk.array(), 0, chunk.position());
  }

  /**
   * Reads a tensor's elements.
   *
   * @param shape of which {@link StoredType#bytes} has shown that the source holds as many
   * @throws EOFException if the source ends before
   */
  public static Tensor read(StoredType type, Shape shape, ReadableByteChannel in)
      throws IOException {
    int length = Math.toIntExact(shape.elements());
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    switch (type.elementType()) {
      case FLOAT64 -> {
        double[] elements = new double[length];
        for (int i = 0; i < length; i++) {
          elements[i] = next(chunk, type, length - i, in).getDouble();
        }
        return Tensor.of(shape, elements);
      }
      case INT64 -> {
        long[] elements = new long[length];
        for (int i = 0; i < length; i++) {
          elements[i] = next(chunk, type, length - i, in).getLong();
        }
        return Tensor.of(shape, elements);
      }
      default -> {
        float[] elements = new float[length];
        for (int i = 0; i < length; i++) {
          elements[i] = toFloat(next(chunk, type, length - i, in), type);
        }
        return Tensor.of(shape, elements);
      }
    }
  }

  /** The buffer, refilled where empty, though never beyond the elements that are left. */
  private static ByteBuffer next(
      ByteBuffer chunk, StoredType type, int left, ReadableByteChannel in) throws IOException {
    if (!chunk.hasRemaining()) {
      chunk.clear().limit((int) Math.min(CHUNK, (long) left * type.width()));
      while (chunk.hasRemaining()) {
        if (in.read(chunk) < 0) {
          throw new EOFException("the file ends within a tensor");
        }
      }
      chunk.flip();
    }
    return chunk;
  }

  private static float toFloat(ByteBuffer chunk, StoredType type) {
    return switch (type) {
      case FLOAT16 -> halfToFloat(chunk.getShort());
      case BFLOAT16 -> Float.intBitsToFloat(chunk.getShort() << 16);
      default -> chunk.getFloat();
    };
  }

  /** IEEE 754 binary16: 1 sign bit, 5 exponent bits (bias 15), 10 fraction bits. */
  static float halfToFloat(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    float magnitude;
    if (exponent == 0x1f) {
      magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
    } else if (exponent == 0) {
      magnitude = Math.scalb((float) fraction, -24);
    } else {
      magnitude = Math.scalb((float) (fraction + 0x400), exponent - 25);
    }
    return bits < 0 ? -magnitude : magnitude;
  }
}
