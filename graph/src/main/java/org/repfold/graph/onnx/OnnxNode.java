package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** An ONNX node that is read, with what is known of its inputs. */
final class OnnxNode {
  private final NodeProto proto;
  private final NodeAttributes attributes;
  private final Map<String, Tensor> constants;
  private final Map<String, Shape> shapes;
  private final int opset;

  /**
   * @param shapes of the values computed so far
   */
  OnnxNode(NodeProto proto, Map<String, Tensor> constants, Map<String, Shape> shapes, int opset) {
    this.proto = proto;
    this.attributes = NodeAttributes.of(proto);
    this.constants = constants;
    this.shapes = shapes;
    this.opset = opset;
  }

  /** The ONNX operator type. */
  String type() {
    return proto.getOpType();
  }

  int opset() {
    return opset;
  }

  NodeAttributes attributes() {
    return attributes;
  }

  int inputs() {
    return proto.getInputCount();
  }

  /** The shape of the first input. */
  Shape shape() {
    requireInputs(1, Integer.MAX_VALUE);
    String name = proto.getInput(0);
    Shape shape = shapes.get(name);
    if (shape == null && !constants.containsKey(name)) {
      throw new BadInputException(
          "expected input '" + name + "' to be computed before it; is there a cycle?");
    }
    return shape == null ? constants.get(name).shape() : shape;
  }

  /** The number of axes of the first input. */
  int rank() {
    return shape().rank();
  }

  /**
   * An axis of the first input, counted from the start; negative ones come counted from the end.
   */
  int axis(long axis) {
    long fromStart = axis < 0 ? axis + rank() : axis;
    if (fromStart < 0 || fromStart >= rank()) {
      throw new BadInputException("expected an axis of " + rank() + " axes, found " + axis);
    }
    return (int) fromStart;
  }

  /** A constant input. */
  Tensor parameter(int input) {
    return optionalParameter(input)
        .orElseThrow(() -> new BadInputException("expected input " + input + ", found none"));
  }

  /** A constant input, if it is there. */
  Optional<Tensor> optionalParameter(int input) {
    if (inputs() <= input || proto.getInput(input).isEmpty()) {
      return Optional.empty();
    }
    Tensor tensor = constants.get(proto.getInput(input));
    if (tensor == null) {
      throw new BadInputException(
          "input '"
              + proto.getInput(input)
              + "': a computed value in place of a constant is not supported yet");
    }
    return Optional.of(tensor);
  }

  /** A constant input that is a vector of int64. */
  long[] integers(int input) {
    Tensor tensor = parameter(input);
    if (tensor.type() != ElementType.INT64 || tensor.shape().rank() != 1) {
      throw new BadInputException(
          "expected input " + input + " of int64 in one axis, found " + tensor);
    }
    return tensor.toLongs();
  }

  /** As {@link #integers(int)}, if it is there. */
  Optional<long[]> optionalIntegers(int input) {
    return optionalParameter(input).map(tensor -> integers(input));
  }

  /** A constant input that is one floating-point number, if it is there. */
  Optional<Double> optionalNumber(int input) {
    return optionalParameter(input)
        .map(
            tensor -> {
              if (tensor.type() == ElementType.INT64 || tensor.size() != 1) {
                throw new BadInputException(
                    "expected input " + input + " to be one number, found " + tensor);
              }
              return tensor.get(0);
            });
  }

  void requireInputs(int fewest, int most) {
    if (inputs() < fewest || inputs() > most) {
      throw new BadInputException(
          "expected "
              + (fewest == most
                  ? fewest
                  : most == Integer.MAX_VALUE ? "at least " + fewest : fewest + " to " + most)
              + " inputs, found "
              + inputs());
    }
  }

  /** Refuses a form of the operator that ONNX defines and that is not supported. */
  static void require(boolean supported, String form) {
    if (!supported) {
      throw new BadInputException(form + " is not supported yet");
    }
  }
}
