package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;

/** Builds models as other producers, or attackers, might. */
final class ForeignModel {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("g");
  private final List<OperatorSetIdProto> otherOpsets = new ArrayList<>();
  private int opset = 17;

  ForeignModel opset(int version) {
    opset = version;
    return this;
  }

  /** Of another domain than ONNX's own. */
  ForeignModel opset(String domain, int version) {
    otherOpsets.add(OperatorSetIdProto.newBuilder().setDomain(domain).setVersion(version).build());
    return this;
  }

  /** A float32 input, sizes of -1 named after the batch. */
  ForeignModel input(String name, long... sizes) {
    graph.addInput(info(name, sizes));
    return this;
  }

  /** A float32 value of a stated shape. */
  ForeignModel value(String name, long... sizes) {
    graph.addValueInfo(info(name, sizes));
    return this;
  }

  /** A float32 output of a stated shape. */
  ForeignModel output(String name, long... sizes) {
    graph.addOutput(info(name, sizes));
    return this;
  }

  private static ValueInfoProto info(String name, long... sizes) {
    TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
    for (long size : sizes) {
      TensorShapeProto.Dimension.Builder dimension = shape.addDimBuilder();
      if (size == -1) {
        dimension.setDimParam("batch");
      } else {
        dimension.setDimValue(size);
      }
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT_VALUE)
                        .setShape(shape)))
        .build();
  }

  ForeignModel output(String name) {
    graph.addOutput(ValueInfoProto.newBuilder().setName(name));
    return this;
  }

  ForeignModel initializer(TensorProto.Builder tensor) {
    graph.addInitializer(tensor);
    return this;
  }

  ForeignModel node(String type, String output, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(type)
            .setName(type + "_" + output)
            .addOutput(output)
            .addAllInput(inputs)
            .addAllAttribute(List.of(attributes)));
    return this;
  }

  ForeignModel node(NodeProto.Builder node) {
    graph.addNode(node);
    return this;
  }

  byte[] toBytes() {
    return ModelProto.newBuilder()
        .setIrVersion(8)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(opset))
        .addAllOpsetImport(otherOpsets)
        .setGraph(graph)
        .build()
        .toByteArray();
  }

  static TensorProto.Builder floats(String name, long[] sizes, float... elements) {
    TensorProto.Builder tensor = tensor(name, TensorProto.DataType.FLOAT_VALUE, sizes);
    for (float element : elements) {
      tensor.addFloatData(element);
    }
    return tensor;
  }

  static TensorProto.Builder longs(String name, long... elements) {
    TensorProto.Builder tensor = tensor(name, TensorProto.DataType.INT64_VALUE, elements.length);
    for (long element : elements) {
      tensor.addInt64Data(element);
    }
    return tensor;
  }

  static TensorProto.Builder raw(String name, int bytes, long... sizes) {
    return tensor(name, TensorProto.DataType.FLOAT_VALUE, sizes)
        .setRawData(ByteString.copyFrom(new byte[bytes]));
  }

  static TensorProto.Builder tensor(String name, int type, long... sizes) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type);
    for (long size : sizes) {
      tensor.addDims(size);
    }
    return tensor;
  }

  static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  static AttributeProto value(TensorProto.Builder tensor) {
    return AttributeProto.newBuilder()
        .setName("value")
        .setType(AttributeProto.AttributeType.TENSOR)
        .setT(tensor)
        .build();
  }
}
