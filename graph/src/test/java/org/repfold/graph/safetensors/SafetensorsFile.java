package org.repfold.graph.safetensors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Bytes of small safetensors files, right and wrong. */
final class SafetensorsFile {
  private SafetensorsFile() {}

  static byte[] of(String header, byte... data) {
    byte[] text = header.getBytes(UTF_8);
    return ByteBuffer.allocate(8 + text.length + data.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .put(data)
        .array();
  }

  static String entry(String name, String type, String shape, long begin, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(name, type, shape, begin, end);
  }

  /** Two tensors, one of them a scalar, and metadata. */
  static byte[] small() {
    ByteBuffer data = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    data.putFloat(1).putFloat(2).putFloat(3).putFloat(4).putDouble(0.5).putLong(7);
    return of(
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + entry("weight", "F32", "[2,2]", 0, 16)
            + ","
            + entry("exact", "F64", "[1]", 16, 24)
            + ","
            + entry("count", "I64", "[]", 24, 32)
            + "}  ",
        data.array());
  }
}
