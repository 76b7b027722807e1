package org.repfold.converter.io.pytorch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Writes pickles instruction by instruction, right and wrong. */
final class PickleBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A pickle of protocol 2, as PyTorch's are. */
  static PickleBytes start() {
    return new PickleBytes().raw("\u0080\u0002");
  }

  /** A pickle of a state dict with one tensor, {@code w}, of 4 numbers in storage 0. */
  static byte[] sound() {
    return start()
        .op("}")
        .text("w")
        .tensor("0", 4, 0, new long[] {4}, new long[] {1})
        .op("s.")
        .bytes();
  }

  /** Instructions, each character one. */
  PickleBytes op(String instructions) {
    return raw(instructions);
  }

  /** Bytes, each character one. */
  PickleBytes raw(String bytes) {
    out.writeBytes(bytes.getBytes(ISO_8859_1));
    return this;
  }

  PickleBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  PickleBytes repeat(int times, String bytes) {
    return raw(bytes.repeat(times));
  }

  PickleBytes global(String module, String name) {
    return raw("c" + module + "\n" + name + "\n");
  }

  PickleBytes text(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return raw("X").little(bytes.length, Integer.BYTES).raw(bytes);
  }

  /** An integer of 64 bits. */
  PickleBytes integer(long value) {
    return raw("\u008a\u0008").little(value, Long.BYTES);
  }

  PickleBytes integers(long... values) {
    op("(");
    for (long value : values) {
      integer(value);
    }
    return op("t");
  }

  /** The lowest bytes of a number, little-endian. */
  PickleBytes little(long value, int width) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    out.write(bytes.array(), 0, width);
    return this;
  }

  /** A reference to a storage of float32 numbers. */
  PickleBytes storage(String key, long elements) {
    return op("(")
        .text("storage")
        .global("torch", "FloatStorage")
        .text(key)
        .text("cpu")
        .integer(elements)
        .op("tQ");
  }

  PickleBytes tensor(String key, long elements, long offset, long[] sizes, long[] strides) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .op("(")
        .storage(key, elements)
        .integer(offset)
        .integers(sizes)
        .integers(strides)
        .op("\u0089")
        .global("collections", "OrderedDict")
        .op(")R")
        .op("tR");
  }

  byte[] bytes() {
    return out.toByteArray();
  }
}
