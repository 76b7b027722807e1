package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Reads the value of a {@code Constant} node. */
final class ConstantReader {
  private ConstantReader() {}

  static Tensor read(NodeProto node, ExternalData externalData) {
    if (node.getAttributeCount() != 1) {
      throw new BadInputException("expected one attribute, found " + node.getAttributeCount());
    }
    NodeAttributes attributes = NodeAttributes.of(node);
    AttributeProto value = node.getAttribute(0);
    return switch (value.getName()) {
      case "value" -> OnnxTensors.fromProto(attributes.tensor("value").orElseThrow(), externalData);
      case "value_int" -> Tensor.of(Shape.of(), value.getI());
      case "value_ints" -> vector(attributes.longs("value_ints").orElseThrow());
      case "value_float" -> Tensor.of(Shape.of(), value.getF());
      case "value_floats" -> vector(value);
      default ->
          throw new BadInputException("a constant by " + value.getName() + " is not supported yet");
    };
  }

  private static Tensor vector(long[] elements) {
    return Tensor.of(Shape.of(elements.length), elements);
  }

  private static Tensor vector(AttributeProto value) {
    float[] elements = new float[value.getFloatsCount()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = value.getFloats(i);
    }
    return Tensor.of(Shape.of(elements.length), elements);
  }
}
