package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Tensors in ONNX's form and back: raw bytes, little-endian, row-major. */
final class OnnxTensors {
  private OnnxTensors() {}

  static int typeOf(ElementType type) {
    return switch (type) {
      case FLOAT32 -> TensorProto.DataType.FLOAT_VALUE;
      case FLOAT64 -> TensorProto.DataType.DOUBLE_VALUE;
      case INT64 -> TensorProto.DataType.INT64_VALUE;
    };
  }

  static TensorProto toProto(String name, Tensor tensor) {
    TensorProto.Builder proto =
        TensorProto.newBuilder().setName(name).setDataType(typeOf(tensor.type()));
    for (long size : tensor.shape().toArray()) {
      proto.addDims(size);
    }
    return proto.setRawData(bytes(tensor)).build();
  }

  private static ByteString bytes(Tensor tensor) {
    int width = tensor.type() == ElementType.FLOAT32 ? Float.BYTES : Long.BYTES;
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(tensor.size(), width))
            .order(ByteOrder.LITTLE_ENDIAN);
    switch (tensor.type()) {
      case FLOAT32 -> buffer.asFloatBuffer().put(tensor.toFloats());
      case FLOAT64 -> buffer.asDoubleBuffer().put(tensor.toDoubles());
      case INT64 -> buffer.asLongBuffer().put(tensor.toLongs());
    }
    return UnsafeByteOperations.unsafeWrap(buffer);
  }

  /**
   * A tensor, its elements in the raw bytes or in the typed list.
   *
   * @throws BadInputException naming the tensor, if its type is not one of a {@link Tensor}'s or
   *     its elements do not fit its shape
   */
  static Tensor fromProto(TensorProto proto) {
    String name = "tensor '" + proto.getName() + "'";
    if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      throw new BadInputException(name + ": external data is not supported yet");
    }
    long[] dimensions = proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
    for (long dimension : dimensions) {
      if (dimension < 0) {
        throw new BadInputException(name + ": expected sizes of at least 0, found " + dimension);
      }
    }
    Shape shape = Shape.of(dimensions);
    long elements = elements(name, shape);
    return switch (proto.getDataType()) {
      case TensorProto.DataType.FLOAT_VALUE -> {
        requireCount(name, elements, Float.BYTES, proto, proto.getFloatDataCount());
        float[] values = new float[(int) elements];
        if (proto.hasRawData()) {
          raw(proto).asFloatBuffer().get(values);
        } else {
          java.util.stream.IntStream.range(0, values.length)
              .forEach(i -> values[i] = proto.getFloatData(i));
        }
        yield Tensor.of(shape, values);
      }
      case TensorProto.DataType.DOUBLE_VALUE -> {
        requireCount(name, elements, Double.BYTES, proto, proto.getDoubleDataCount());
        double[] values = new double[(int) elements];
        if (proto.hasRawData()) {
          raw(proto).asDoubleBuffer().get(values);
        } else {
          java.util.Arrays.setAll(values, proto::getDoubleData);
        }
        yield Tensor.of(shape, values);
      }
      case TensorProto.DataType.INT64_VALUE -> {
        requireCount(name, elements, Long.BYTES, proto, proto.getInt64DataCount());
        long[] values = new long[(int) elements];
        if (proto.hasRawData()) {
          raw(proto).asLongBuffer().get(values);
        } else {
          java.util.Arrays.setAll(values, proto::getInt64Data);
        }
        yield Tensor.of(shape, values);
      }
      default ->
          throw new BadInputException(
              name
                  + ": expected float32, float64 or int64, found ONNX data type "
                  + proto.getDataType());
    };
  }

  private static long elements(String name, Shape shape) {
    try {
      return shape.elements();
    } catch (ArithmeticException e) {
      throw new BadInputException(name + ": shape " + shape + " has too many elements", e);
    }
  }

  /** No array is made before the file is known to hold as many elements as it claims. */
  private static void requireCount(
      String name, long elements, int width, TensorProto proto, int listed) {
    long found = proto.hasRawData() ? proto.getRawData().size() / width : listed;
    if (found != elements || proto.hasRawData() && proto.getRawData().size() % width != 0) {
      throw new BadInputException(
          name
              + ": expected "
              + elements
              + " elements, found "
              + (proto.hasRawData() ? proto.getRawData().size() + " bytes" : listed));
    }
  }

  private static ByteBuffer raw(TensorProto proto) {
    return proto.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }
}
