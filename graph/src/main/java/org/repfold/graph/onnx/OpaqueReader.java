package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/**
 * Reads nodes that the graph has no operators for; the model must state the shape they give, unless
 * {@link WindowedShape} knows it.
 */
final class OpaqueReader {
  private final OpaqueNode.Model model;
  private final Values values;
  private final Set<String> taken;
  private final Map<String, TypeProto.Tensor> stated = new HashMap<>();

  /**
   * @param taken the values that nodes take or the model gives
   */
  OpaqueReader(GraphProto graph, OpaqueNode.Model model, Values values, Set<String> taken) {
    this.model = model;
    this.values = values;
    this.taken = taken;
    graph.getValueInfoList().forEach(this::state);
    graph.getOutputList().forEach(this::state);
  }

  private void state(ValueInfoProto info) {
    if (info.getType().hasTensorType() && info.getType().getTensorType().hasShape()) {
      stated.put(info.getName(), info.getType().getTensorType());
    }
  }

  /**
   * The node.
   *
   * @param reason why it is not read as other operators, a sentence
   * @throws BadInputException if it cannot be kept as it is either
   */
  Node read(NodeProto proto, String reason) {
    boolean hasGraph =
        proto.getAttributeList().stream()
            .anyMatch(
                a -> a.getType() == AttributeType.GRAPH || a.getType() == AttributeType.GRAPHS);
    if (hasGraph) {
      throw new BadInputException(reason + ", nor kept as it is: it has a graph of its own");
    }
    int output = output(proto, reason);
    String name = proto.getOutput(output);
    TypeProto.Tensor type = stated.get(name);
    Optional<Shape> result =
        Optional.ofNullable(type)
            .flatMap(t -> shape(t.getShape()))
            .or(() -> WindowedShape.of(new OnnxNode(proto, values, model.opset())));
    if (result.isEmpty()) {
      throw new BadInputException(
          reason
              + ", nor kept as it is: the model does not state the shape of '"
              + name
              + "' (see onnx.shape_inference)");
    }
    List<String> operands = new ArrayList<>();
    Map<String, Known> constants = new LinkedHashMap<>();
    Map<String, TensorProto> foreign = new LinkedHashMap<>();
    for (String input : proto.getInputList()) {
      if (input.isEmpty()) {
        continue;
      }
      Optional<TensorProto> tensor = values.foreign(input);
      if (tensor.isPresent()) {
        foreign.put(input, inline(tensor.get()));
      } else if (values.known(input).isPresent()) {
        constants.put(input, plain(input, values.known(input).get()));
      } else {
        operands.add(input);
      }
    }
    OpaqueNode body = new OpaqueNode(proto, output, elementType(type), model, constants, foreign);
    return new Node(
        name,
        new Operator.Opaque(
            proto.getOpType(), operands.stream().map(values::shape).toList(), result.get(), body),
        operands);
  }

  private int elementType(TypeProto.Tensor stated) {
    return stated == null ? model.floatType() : stated.getElemType();
  }

  /** The one output that something takes. */
  private int output(NodeProto proto, String reason) {
    List<Integer> used =
        IntStream.range(0, proto.getOutputCount())
            .filter(i -> taken.contains(proto.getOutput(i)) && !proto.getOutput(i).isEmpty())
            .boxed()
            .toList();
    if (used.size() > 1) {
      throw new BadInputException(
          reason + ", nor kept as it is: " + used.size() + " of its outputs are used");
    } else if (proto.getOutputCount() == 0) {
      throw new BadInputException("expected an output, found none");
    }
    return used.isEmpty() ? 0 : used.get(0);
  }

  /** A shape of which the size of one axis at most may be open: the batch. */
  private static Optional<Shape> shape(TensorShapeProto proto) {
    long[] sizes =
        proto.getDimList().stream()
            .mapToLong(size -> size.hasDimValue() ? size.getDimValue() : Shape.UNKNOWN)
            .toArray();
    long open = proto.getDimList().stream().filter(size -> !size.hasDimValue()).count();
    return open > 1 ? Optional.empty() : Optional.of(Shape.of(sizes));
  }

  private static Known plain(String name, Known known) {
    if (known.isOfBatch()) {
      throw new BadInputException("input '" + name + "' depends on the batch, not supported yet");
    }
    return known;
  }

  private static TensorProto inline(TensorProto tensor) {
    if (tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
      throw new BadInputException(
          "tensor '"
              + tensor.getName()
              + "': external data of ONNX data type "
              + tensor.getDataType()
              + ", not supported yet");
    }
    return tensor;
  }
}
