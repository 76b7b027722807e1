package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Reads the value of a {@code Constant} node.
 *
 * <p>A single float32 number is read as the double that prints like it, as attributes are: it is a
 * number in the network's code, like the 1e-5 that is added to a variance, and not a parameter.
 */
final class ConstantReader {
  private ConstantReader() {}

  static Known read(NodeProto node, ExternalData externalData) {
    if (node.getAttributeCount() != 1) {
      throw new BadInputException("expected one attribute, found " + node.getAttributeCount());
    }
    NodeAttributes attributes = NodeAttributes.of(node);
    AttributeProto value = node.getAttribute(0);
    return switch (value.getName()) {
      case "value" ->
          asWritten(OnnxTensors.known(attributes.tensor("value").orElseThrow(), externalData));
      case "value_int" -> Known.integers(Shape.of(), value.getI());
      case "value_ints" -> Known.of(vector(attributes.longs("value_ints").orElseThrow()));
      case "value_float" -> asWritten(Known.of(Tensor.of(Shape.of(), value.getF())));
      case "value_floats" -> Known.of(vector(value));
      default ->
          throw new BadInputException("a constant by " + value.getName() + " is not supported yet");
    };
  }

  private static Known asWritten(Known constant) {
    boolean isFloat = constant.numbers().type() == ElementType.FLOAT32;
    if (!isFloat || constant.shape().rank() > 0 || constant.numbers().firstNonFinite() >= 0) {
      return constant;
    }
    String printed = Float.toString((float) constant.numbers().get(0));
    double number = Double.parseDouble(printed);
    return number == constant.numbers().get(0)
        ? constant
        : Known.of(constant.type(), Tensor.of(Shape.of(), number));
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
