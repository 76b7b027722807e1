package org.repfold.cli.hostile;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;

/** Builds ONNX models of opset 17 piece by piece, right and wrong. */
public final class OnnxModel {
  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("g");
  private ByteString unparsed = ByteString.EMPTY;

  /** A float32 input, sizes of -1 named after the batch. */
  public OnnxModel input(String name, long... sizes) {
    graph.addInput(info(name, sizes));
    return this;
  }

  /** A float32 output of a stated shape. */
  public OnnxModel output(String name, long... sizes) {
    graph.addOutput(info(name, sizes));
    return this;
  }

  /** An output of any shape. */
  public OnnxModel output(String name) {
    graph.addOutput(ValueInfoProto.newBuilder().setName(name));
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
    TypeProto.Tensor.Builder type =
        TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT_VALUE).setShape(shape);
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(type))
        .build();
  }

  public OnnxModel tensor(TensorProto.Builder tensor) {
    graph.addInitializer(tensor);
    return this;
  }

  public OnnxModel longs(String name, long... elements) {
    return tensor(
        described(name, DataType.INT64_VALUE, elements.length)
            .addAllInt64Data(Arrays.stream(elements).boxed().toList()));
  }

  /** Zeros of float32. */
  public OnnxModel zeros(String name, long... sizes) {
    int size = (int) Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
    return tensor(raw(name, Float.BYTES * size, sizes));
  }

  public OnnxModel node(
      String type, String output, List<String> inputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(type)
            .addOutput(output)
            .addAllInput(inputs)
            .addAllAttribute(List.of(attributes)));
    return this;
  }

  /** Further bytes of the graph, as they are. */
  OnnxModel unparsed(ByteString bytes) {
    unparsed = bytes;
    return this;
  }

  public byte[] toBytes() {
    ByteString header =
        ModelProto.newBuilder()
            .setIrVersion(8)
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
            .build()
            .toByteString();
    ByteString all = graph.build().toByteString().concat(unparsed);
    return header.concat(field(ModelProto.GRAPH_FIELD_NUMBER, all)).toByteArray();
  }

  /** A field of a message, written by hand. */
  static ByteString field(int number, ByteString content) {
    ByteString.Output bytes = ByteString.newOutput();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(bytes);
      out.writeBytes(number, content);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteString();
  }

  /** Name, type and sizes of a tensor. */
  public static TensorProto.Builder described(String name, int type, long... sizes) {
    return TensorProto.newBuilder()
        .setName(name)
        .setDataType(type)
        .addAllDims(Arrays.stream(sizes).boxed().toList());
  }

  /** A float32 tensor of as many zero bytes as given, whatever its sizes. */
  public static TensorProto.Builder raw(String name, int bytes, long... sizes) {
    return described(name, DataType.FLOAT_VALUE, sizes)
        .setRawData(ByteString.copyFrom(new byte[bytes]));
  }

  public static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  public static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
  }

  public static AttributeProto integers(String name, Long... values) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.INTS)
        .addAllInts(List.of(values))
        .build();
  }

  /** A model in which much is computed from constants and from the batch. */
  public static byte[] chains() {
    return new OnnxModel()
        .input("x", -1, 4, 6)
        .longs("zero", 0)
        .longs("two", 2)
        .longs("minus", -1)
        .longs("parts", -1, 2, 3)
        .longs("map", 1, 4, 6)
        .longs("place", 0, 1)
        .longs("restored", -1, 4, 6)
        .tensor(described("three", DataType.INT64_VALUE).addInt64Data(3))
        .zeros("row", 6)
        .zeros("row1", 1, 6)
        .node("Reshape", "parted", List.of("x", "parts"))
        .node("Shape", "sizes", List.of("parted"))
        .node("Gather", "rows", List.of("sizes", "zero"))
        .node("Div", "half", List.of("rows", "two"))
        .node("Slice", "tail", List.of("sizes", "minus", "two", "zero", "minus"))
        .node("Concat", "target", List.of("half", "tail", "minus"), integer("axis", 0))
        .node("Reshape", "back", List.of("parted", "target"))
        .node("Reshape", "whole", List.of("back", "restored"))
        .node("Expand", "repeated", List.of("row", "map"))
        .node("Unsqueeze", "indices", List.of("place", "zero"))
        .node("ScatterND", "scattered", List.of("repeated", "indices", "row1"))
        .node("ConstantOfShape", "ones", List.of("map"))
        .node("Squeeze", "from", List.of("zero"))
        .node("Squeeze", "by", List.of("two"))
        .node("Range", "range", List.of("from", "three", "by"))
        .node("Transpose", "turned", List.of("ones"), integers("perm", 2L, 0L, 1L))
        .node("Gather", "picked", List.of("turned", "range"))
        .node("Sqrt", "root", List.of("scattered"))
        .node("Add", "sum", List.of("whole", "root"))
        .node("Gather", "column", List.of("sum", "three"), integer("axis", 2))
        .node("Einsum", "y", List.of("sum", "picked", "column"))
        .output("y", -1, 4)
        .toBytes();
  }
}
