package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** An ONNX node that is read, with what is known of its inputs. */
final class OnnxNode {
  private final NodeProto proto;
  private final NodeAttributes attributes;
  private final Values values;
  private final int opset;

  /**
   * @param values computed so far
   */
  OnnxNode(NodeProto proto, Values values, int opset) {
    this.proto = proto;
    this.attributes = NodeAttributes.of(proto);
    this.values = values;
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

  /** The number of inputs, those left out in between counted. */
  int inputs() {
    return proto.getInputCount();
  }

  /** The shape of the first input. */
  Shape shape() {
    requireInputs(1, Integer.MAX_VALUE);
    return shape(0);
  }

  Shape shape(int input) {
    return values.shape(proto.getInput(input));
  }

  /** How many times the batch the unknown size of the first input is; empty without one. */
  Optional<Long> batch() {
    return values.batch(proto.getInput(0));
  }

  /** ONNX's data type of the network's inputs. */
  int floatType() {
    return values.floatType();
  }

  int outputs() {
    return proto.getOutputCount();
  }

  /** To be called before the elements of a constant that the node computes are allocated. */
  Shape reserved(Shape shape) {
    values.reserve(shape);
    return shape;
  }

  /** Whether there is something at all at that place. */
  boolean hasInput(int input) {
    return input < inputs() && !proto.getInput(input).isEmpty();
  }

  /** What is known of an input's elements; nothing if the network computes them. */
  Optional<Known> known(int input) {
    return hasInput(input) ? values.known(proto.getInput(input)) : Optional.empty();
  }

  /** An input with a known part for each sample; nothing if it is another value. */
  Optional<PerSample> perSample(int input) {
    return hasInput(input) ? values.perSample(proto.getInput(input)) : Optional.empty();
  }

  /** An input that is known and a vector of whole numbers, of which some may be of the batch. */
  Known sizes(int input) {
    parameterName(input);
    Known found = known(input).orElseThrow(() -> computed(input));
    if (!found.isWhole() || found.shape().rank() != 1) {
      throw new BadInputException(
          "expected input " + input + " of int64 in one axis, found " + found.numbers());
    }
    return found;
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
    parameterName(input);
    return optionalParameter(input).orElseThrow();
  }

  private void parameterName(int input) {
    if (!hasInput(input)) {
      throw new BadInputException("expected input " + input + ", found none");
    }
  }

  /** A constant input, if it is there. */
  Optional<Tensor> optionalParameter(int input) {
    if (!hasInput(input)) {
      return Optional.empty();
    }
    Known known = known(input).orElseThrow(() -> computed(input));
    if (known.isOfBatch()) {
      throw new NotSupportedException(
          "input '" + proto.getInput(input) + "': a value that depends on the batch");
    }
    return Optional.of(known.numbers());
  }

  private NotSupportedException computed(int input) {
    return new NotSupportedException(
        "input '" + proto.getInput(input) + "': a computed value in place of a constant");
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
      throw new NotSupportedException(form);
    }
  }
}
