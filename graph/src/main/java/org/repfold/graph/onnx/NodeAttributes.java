package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.repfold.graph.BadInputException;

/** The attributes of an ONNX node that is read. One of the wrong type is refused. */
final class NodeAttributes {
  private final NodeProto node;

  private NodeAttributes(NodeProto node) {
    this.node = node;
  }

  static NodeAttributes of(NodeProto node) {
    return new NodeAttributes(node);
  }

  int integer(String name, int otherwise) {
    return integer(name).orElse(otherwise);
  }

  Optional<Integer> integer(String name) {
    return find(name, AttributeProto.AttributeType.INT)
        .map(attribute -> toInt(name, attribute.getI()));
  }

  /** As many integers as there are defaults. */
  int[] integers(String name, int... otherwise) {
    Optional<int[]> found = integers(name);
    if (found.isPresent() && found.get().length != otherwise.length) {
      throw new BadInputException(
          "expected " + otherwise.length + " " + name + ", found " + Arrays.toString(found.get()));
    }
    return found.orElse(otherwise);
  }

  Optional<int[]> integers(String name) {
    return longs(name)
        .map(values -> Arrays.stream(values).mapToInt(value -> toInt(name, value)).toArray());
  }

  Optional<long[]> longs(String name) {
    return find(name, AttributeProto.AttributeType.INTS)
        .map(a -> a.getIntsList().stream().mapToLong(Long::longValue).toArray());
  }

  long[] requiredLongs(String name) {
    return longs(name)
        .orElseThrow(() -> new BadInputException("expected " + name + ", found none"));
  }

  /**
   * A finite number, as the double that prints like the float: 1e-5 as its author wrote it, not
   * rounded to float32.
   */
  double real(String name, double otherwise) {
    Optional<Float> found =
        find(name, AttributeProto.AttributeType.FLOAT).map(AttributeProto::getF);
    if (found.isPresent() && !Float.isFinite(found.get())) {
      throw new BadInputException(name + ": expected a finite number, found " + found.get());
    }
    return found.map(value -> Double.parseDouble(Float.toString(value))).orElse(otherwise);
  }

  String string(String name, String otherwise) {
    return find(name, AttributeProto.AttributeType.STRING)
        .map(attribute -> attribute.getS().toStringUtf8())
        .orElse(otherwise);
  }

  Optional<TensorProto> tensor(String name) {
    return find(name, AttributeProto.AttributeType.TENSOR).map(AttributeProto::getT);
  }

  private Optional<AttributeProto> find(String name, AttributeProto.AttributeType type) {
    List<AttributeProto> found =
        node.getAttributeList().stream().filter(a -> a.getName().equals(name)).toList();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    if (found.size() > 1 || found.get(0).getType() != type) {
      throw new BadInputException("expected one attribute " + name + " of type " + type);
    }
    return Optional.of(found.get(0));
  }

  private static int toInt(String name, long value) {
    if (value != (int) value) {
      throw new BadInputException(name + ": expected an integer of 32 bits, found " + value);
    }
    return (int) value;
  }
}
