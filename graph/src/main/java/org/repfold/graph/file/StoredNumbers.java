package org.repfold.graph.file;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.repfold.graph.Elements;

/** Floating-point numbers in the bytes of a buffer, from its first to its limit. */
record StoredNumbers(ElementFormat format, ByteBuffer bytes) implements Elements {
  @Override
  public int size() {
    return bytes.limit() / format.width();
  }

  @Override
  public double get(int index) {
    return format.floatingPoint(bytes, index * format.width());
  }

  @Override
  public void copyTo(double[] target, int from, int length) {
    ByteBuffer part =
        bytes.slice(from * format.width(), length * format.width()).order(bytes.order());
    switch (format) {
      case FLOAT64 -> part.asDoubleBuffer().get(target, 0, length);
      case FLOAT32 -> {
        FloatBuffer floats = part.asFloatBuffer();
        for (int i = 0; i < length; i++) {
          target[i] = floats.get(i);
        }
      }
      default -> Elements.super.copyTo(target, from, length);
    }
  }
}
