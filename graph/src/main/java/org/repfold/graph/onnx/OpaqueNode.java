package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

/**
 * An ONNX node that the graph has no operators for, kept so that it can be written as it was.
 *
 * @param proto the node
 * @param output which of its outputs is the value in the graph; nothing takes the others
 * @param model what is common to all such nodes of a model
 * @param outputType ONNX's data type of that output
 * @param constants what is known of its inputs, by name
 * @param foreign those of its inputs that are constants of types that a {@link Tensor} has not
 */
record OpaqueNode(
    NodeProto proto,
    int output,
    int outputType,
    Model model,
    Map<String, Known> constants,
    Map<String, TensorProto> foreign)
    implements Operator.Opaque.Body {

  /**
   * What a node's meaning depends on.
   *
   * @param opset version of ONNX's own operators
   * @param opsets versions of the operators of other domains, by domain
   * @param floatType ONNX's data type of the network's inputs
   */
  record Model(int opset, Map<String, Long> opsets, int floatType) {}

  /** The numbers of the network's own type; those that stand for none are not parameters. */
  @Override
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    constants.forEach((name, known) -> parameter(known).ifPresent(t -> parameters.put(name, t)));
    return parameters;
  }

  private Optional<Tensor> parameter(Known known) {
    return Optional.of(known.numbers())
        .filter(numbers -> known.type() == model.floatType() && numbers.firstNonFinite() < 0);
  }

  @Override
  public OpaqueNode mapParameters(UnaryOperator<Tensor> change) {
    Map<String, Known> changed = new LinkedHashMap<>();
    constants.forEach(
        (name, known) ->
            changed.put(
                name,
                parameter(known)
                    .map(tensor -> Known.of(known.type(), change.apply(tensor)))
                    .orElse(known)));
    return new OpaqueNode(proto, output, outputType, model, changed, foreign);
  }
}
