package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.provider.Arguments;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** A model of one node, of whose inputs one is a map. */
final class OneNodeModel {
  private final int opset;
  private final String type;
  private final AttributeProto[] attributes;
  private final List<String> inputs = new ArrayList<>();
  private final List<TensorProto.Builder> initializers = new ArrayList<>();

  OneNodeModel(int opset, String type, AttributeProto... attributes) {
    this.opset = opset;
    this.type = type;
    this.attributes = attributes;
  }

  OneNodeModel input(String name) {
    inputs.add(name);
    return this;
  }

  /** No input where one may be. */
  OneNodeModel skip() {
    return input("");
  }

  OneNodeModel tensor(Tensor tensor) {
    String name = "c" + inputs.size();
    initializers.add(OnnxTensors.toProto(name, tensor).toBuilder());
    return input(name);
  }

  OneNodeModel longs(long... elements) {
    return tensor(Tensor.of(Shape.of(elements.length), elements));
  }

  OneNodeModel floats(float... elements) {
    return tensor(Tensor.of(Shape.of(elements.length), elements));
  }

  OneNodeModel number(float value) {
    return tensor(Tensor.of(Shape.of(), value));
  }

  String type() {
    return type;
  }

  byte[] toBytes() {
    ForeignModel whole = new ForeignModel().opset(opset).input("x", 3, 2, 7, 13);
    initializers.forEach(whole::initializer);
    return whole.node(type, "y", inputs, attributes).output("y").toBytes();
  }

  /** The model, and what it should be read as. */
  Arguments is(Operator... expected) {
    return Arguments.of(this, List.of(expected));
  }

  @Override
  public String toString() {
    return type
        + " of opset "
        + opset
        + " "
        + inputs
        + " "
        + List.of(attributes).toString().replace('\n', ' ');
  }
}
