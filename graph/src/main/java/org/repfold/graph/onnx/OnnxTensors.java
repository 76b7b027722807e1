package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.util.Arrays;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.ElementFormat;

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

  /** Name, type and shape of a tensor, without its elements. */
  static TensorProto.Builder describe(String name, Tensor tensor) {
    TensorProto.Builder proto =
        TensorProto.newBuilder().setName(name).setDataType(typeOf(tensor.type()));
    for (long size : tensor.shape().toArray()) {
      proto.addDims(size);
    }
    return proto;
  }

  static TensorProto toProto(String name, Tensor tensor) {
    ByteString.Output bytes = ByteString.newOutput(Math.toIntExact(TensorBytes.count(tensor)));
    try {
      ElementFormat.write(tensor, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail as a file does", e);
    }
    return describe(name, tensor).setRawData(bytes.toByteString()).build();
  }

  /**
   * A tensor, its elements in the raw bytes, in the typed list, or in a file beside the model. No
   * array is made before the source is known to hold as many elements as the tensor claims.
   *
   * @throws BadInputException naming the tensor, if its type is not one of a {@link Tensor}'s or
   *     its elements do not fit its shape
   */
  static Tensor fromProto(TensorProto proto, ExternalData externalData) {
    try {
      ElementType type = elementType(proto);
      long[] sizes = proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
      long bytes = TensorBytes.count(type, sizes);
      Shape shape = Shape.of(sizes);
      if (proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        return externalData.read(proto, type, shape);
      }
      if (!proto.hasRawData()) {
        return listed(proto, type, shape);
      }
      if (proto.getRawData().size() != bytes) {
        throw new BadInputException(
            "expected "
                + bytes
                + " bytes for shape "
                + shape
                + ", found "
                + proto.getRawData().size());
      }
      ElementFormat format = ElementFormat.of(type);
      if (format.isLeftInFile(bytes)) {
        ByteBuffer raw = proto.getRawData().asReadOnlyByteBuffer().slice();
        return format.view(raw.order(ByteOrder.LITTLE_ENDIAN), shape);
      }
      return TensorBytes.read(type, shape, Channels.newChannel(proto.getRawData().newInput()));
    } catch (BadInputException e) {
      throw new BadInputException("tensor '" + proto.getName() + "': " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail as a file does", e);
    }
  }

  /** Whether {@link #known} reads tensors of a type. */
  static boolean isKnown(int type) {
    return Known.isFloat(type) || Known.isWhole(type);
  }

  /**
   * As {@link #fromProto}, also int32 and bool, as int64.
   *
   * @throws BadInputException naming the tensor
   */
  static Known known(TensorProto proto, ExternalData externalData) {
    int type = proto.getDataType();
    boolean narrow =
        type == TensorProto.DataType.INT32_VALUE || type == TensorProto.DataType.BOOL_VALUE;
    return Known.of(type, narrow ? narrow(proto) : fromProto(proto, externalData));
  }

  /** Numbers of 32 bits or 1, which files write as raw bytes or list. */
  private static Tensor narrow(TensorProto proto) {
    long[] sizes = proto.getDimsList().stream().mapToLong(Long::longValue).toArray();
    int width = proto.getDataType() == TensorProto.DataType.BOOL_VALUE ? 1 : Integer.BYTES;
    try {
      long count = TensorBytes.count(ElementType.INT64, sizes) / Long.BYTES;
      long found = proto.hasRawData() ? proto.getRawData().size() : proto.getInt32DataCount();
      long expected = proto.hasRawData() ? count * width : count;
      if (found != expected || proto.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
        throw new BadInputException(
            "expected "
                + count
                + " elements for shape "
                + Shape.of(sizes)
                + " in the model itself");
      }
      long[] elements = new long[Math.toIntExact(count)];
      ByteBuffer raw = proto.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
      Arrays.setAll(
          elements,
          i ->
              !proto.hasRawData()
                  ? proto.getInt32Data(i)
                  : width == 1 ? raw.get(i) : raw.getInt(i * width));
      return Tensor.of(Shape.of(sizes), elements);
    } catch (BadInputException e) {
      throw new BadInputException("tensor '" + proto.getName() + "': " + e.getMessage(), e);
    }
  }

  /** As {@link #toProto(String, Tensor)}, int32 and bool as what they are. */
  static TensorProto toProto(String name, Known value) {
    if (Known.isFloat(value.type())) {
      boolean single = value.type() == TensorProto.DataType.FLOAT_VALUE;
      return toProto(name, value.numbers().to(single ? ElementType.FLOAT32 : ElementType.FLOAT64));
    } else if (value.type() == TensorProto.DataType.INT64_VALUE) {
      return toProto(name, value.numbers());
    }
    TensorProto.Builder proto = describe(name, value.numbers()).setDataType(value.type());
    for (int i = 0; i < value.size(); i++) {
      proto.addInt32Data(Math.toIntExact(value.numbers().integer(i)));
    }
    return proto.build();
  }

  private static ElementType elementType(TensorProto proto) {
    return switch (proto.getDataType()) {
      case TensorProto.DataType.FLOAT_VALUE -> ElementType.FLOAT32;
      case TensorProto.DataType.DOUBLE_VALUE -> ElementType.FLOAT64;
      case TensorProto.DataType.INT64_VALUE -> ElementType.INT64;
      default ->
          throw new BadInputException(
              "expected float32, float64 or int64, found ONNX data type "
                  + proto.getDataType()
                  + ", not supported yet");
    };
  }

  private static Tensor listed(TensorProto proto, ElementType type, Shape shape) {
    int count =
        switch (type) {
          case FLOAT32 -> proto.getFloatDataCount();
          case FLOAT64 -> proto.getDoubleDataCount();
          case INT64 -> proto.getInt64DataCount();
        };
    if (count != shape.elements()) {
      throw new BadInputException(
          "expected " + shape.elements() + " elements for shape " + shape + ", found " + count);
    }
    return switch (type) {
      case FLOAT64 -> {
        double[] elements = new double[count];
        Arrays.setAll(elements, proto::getDoubleData);
        yield Tensor.of(shape, elements);
      }
      case INT64 -> {
        long[] elements = new long[count];
        Arrays.setAll(elements, proto::getInt64Data);
        yield Tensor.of(shape, elements);
      }
      case FLOAT32 -> {
        float[] elements = new float[count];
        for (int i = 0; i < count; i++) {
          elements[i] = proto.getFloatData(i);
        }
        yield Tensor.of(shape, elements);
      }
    };
  }
}
