package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * Writes nodes that came from an ONNX model and that the graph has no operators for, as they were
 * but for the names of what they take and give.
 */
final class OpaqueWriter {
  /**
   * From which opsets on operators are written or computed otherwise than before, so that a node
   * from before means something else, or nothing; what only allows more is left out.
   */
  private static final Map<String, List<Integer>> CHANGES =
      Map.ofEntries(
          Map.entry("Slice", List.of(10)),
          Map.entry("TopK", List.of(10)),
          Map.entry("Upsample", List.of(10)),
          Map.entry("Clip", List.of(11)),
          Map.entry("Pad", List.of(11)),
          Map.entry("Resize", List.of(11)),
          Map.entry("Scatter", List.of(11)),
          Map.entry("Dropout", List.of(12)),
          Map.entry("Hardmax", List.of(13)),
          Map.entry("LogSoftmax", List.of(13)),
          Map.entry("ReduceSum", List.of(13)),
          Map.entry("Softmax", List.of(13)),
          Map.entry("Split", List.of(13, 18)),
          Map.entry("Squeeze", List.of(13)),
          Map.entry("Unsqueeze", List.of(13)),
          Map.entry("BatchNormalization", List.of(14)),
          Map.entry("RoiAlign", List.of(16)),
          Map.entry("DFT", List.of(20)),
          Map.entry("GridSample", List.of(20)),
          Map.entry("DequantizeLinear", List.of(21)),
          Map.entry("GroupNormalization", List.of(21)),
          Map.entry("QuantizeLinear", List.of(21)));

  /** All of them take their axes as an input from this opset on. */
  private static final int AXES_OF_REDUCTIONS = 18;

  private static final Set<String> REDUCTIONS =
      Set.of(
          "ReduceL1",
          "ReduceL2",
          "ReduceLogSum",
          "ReduceLogSumExp",
          "ReduceMax",
          "ReduceMean",
          "ReduceMin",
          "ReduceProd",
          "ReduceSumSquare");

  private OpaqueWriter() {}

  /**
   * The node.
   *
   * @throws BadInputException naming the node, if it does not come from an ONNX model, or its
   *     operator is another one in the opset that is written
   */
  static NodeProto write(Node node, Initializers initializers, ElementType floatType, int opset) {
    Operator.Opaque opaque = (Operator.Opaque) node.operator();
    String description = "node '" + node.name() + "' (" + opaque.kind() + "): ";
    if (!(opaque.body() instanceof OpaqueNode body)) {
      throw new BadInputException(
          description + "ONNX has no such operator; convert to a DL4J zip instead");
    }
    int own = body.model().opset();
    if (OnnxReader.isDefault(body.proto().getDomain())
        && changes(opaque.kind(), Math.min(own, opset), Math.max(own, opset))) {
      throw new BadInputException(
          description
              + "expected the operator as in opset "
              + opset
              + ", found that of opset "
              + own
              + ", which is another; export the model with opset "
              + opset);
    }
    List<String> inputs = inputs(node, body, initializers, floatType);
    List<String> outputs = new ArrayList<>(body.proto().getOutputList());
    for (int i = 0; i < outputs.size(); i++) {
      boolean named = !outputs.get(i).isEmpty();
      outputs.set(
          i,
          i == body.output()
              ? node.name()
              : named ? initializers.freeName(node.name() + "." + i) : "");
    }
    return body.proto().toBuilder()
        .setName(node.name())
        .clearInput()
        .addAllInput(inputs)
        .clearOutput()
        .addAllOutput(outputs)
        .build();
  }

  private static List<String> inputs(
      Node node, OpaqueNode body, Initializers initializers, ElementType floatType) {
    Iterator<String> operands = node.inputs().iterator();
    List<String> inputs = new ArrayList<>();
    for (String input : body.proto().getInputList()) {
      Known known = body.constants().get(input);
      if (input.isEmpty()) {
        inputs.add("");
      } else if (body.foreign().containsKey(input)) {
        inputs.add(initializers.add(input, body.foreign().get(input)));
      } else if (known == null) {
        inputs.add(operands.next());
      } else if (known.type() == body.model().floatType()) {
        inputs.add(initializers.add(input, known.numbers().to(floatType)));
      } else if (OnnxTensors.typeOf(known.numbers().type()) == known.type()) {
        inputs.add(initializers.add(input, known.numbers()));
      } else {
        inputs.add(initializers.add(input, OnnxTensors.toProto(input, known)));
      }
    }
    return inputs;
  }

  private static boolean changes(String type, int before, int after) {
    List<Integer> changes =
        REDUCTIONS.contains(type)
            ? List.of(AXES_OF_REDUCTIONS)
            : CHANGES.getOrDefault(type, List.of());
    return changes.stream().anyMatch(change -> change > before && change <= after);
  }
}
