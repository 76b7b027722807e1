package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import com.google.protobuf.ByteString;
import org.repfold.graph.BadInputException;

/** Makes the attributes of ONNX nodes. */
final class OnnxAttributes {
  private OnnxAttributes() {}

  static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto integers(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  /**
   * A number rounded to float32, which is all that ONNX has here.
   *
   * @throws BadInputException if it is so large or so small that its rounding is another number
   */
  static AttributeProto real(String name, double value) {
    float rounded = (float) value;
    boolean lost = rounded != value && Math.abs(rounded) < Float.MIN_NORMAL;
    if (lost || !Float.isFinite(rounded)) {
      throw new BadInputException(
          name + ": expected a number in the range of float32, found " + value);
    }
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF(rounded)
        .build();
  }

  static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }
}
