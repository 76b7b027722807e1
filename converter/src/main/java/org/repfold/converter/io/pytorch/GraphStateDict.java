package org.repfold.converter.io.pytorch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * A graph's parameters as PyTorch's modules of the same names hold them: convolutions and dense
 * layers {@code weight} and {@code bias}, a BatchNorm {@code weight}, {@code bias}, {@code
 * running_mean}, {@code running_var} and {@code num_batches_tracked}. The layouts are ONNX's, which
 * are PyTorch's: {@code [O, I / groups, kh, kw]} and {@code [out, in]}.
 *
 * <p>A module that became several nodes gave its name to all of them, before a slash. How many
 * batches a BatchNorm has seen is not known to a graph and matters only to training that goes on
 * with a cumulative average: 0.
 */
public final class GraphStateDict {
  private GraphStateDict() {}

  /**
   * The state dict, in the order of the nodes.
   *
   * @throws BadInputException naming a node whose parameters no module of PyTorch holds so
   */
  public static Map<String, Tensor> of(Graph graph) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      String module = node.name().split("/", 2)[0] + ".";
      Operator operator = node.operator();
      if (operator instanceof Operator.Conv conv) {
        addLayer(tensors, node, module, conv.weight(), conv.bias());
      } else if (operator instanceof Operator.Gemm gemm) {
        addLayer(tensors, node, module, gemm.weight(), gemm.bias());
      } else if (operator instanceof Operator.BatchNormalization norm) {
        add(tensors, node, module + "weight", norm.scale());
        add(tensors, node, module + "bias", norm.shift());
        add(tensors, node, module + "running_mean", norm.mean());
        add(tensors, node, module + "running_var", norm.variance());
        add(tensors, node, module + "num_batches_tracked", Tensor.of(Shape.of(), 0L));
      } else if (!operator.parameters().isEmpty()) {
        throw new BadInputException(
            "node '"
                + node.name()
                + "': expected a convolution, dense layer or BatchNormalization, as a checkpoint"
                + " names their parameters, found a "
                + operator.type());
      }
    }
    return tensors;
  }

  private static void addLayer(
      Map<String, Tensor> tensors, Node node, String module, Tensor weight, Optional<Tensor> bias) {
    add(tensors, node, module + "weight", weight);
    bias.ifPresent(b -> add(tensors, node, module + "bias", b));
  }

  private static void add(Map<String, Tensor> tensors, Node node, String name, Tensor tensor) {
    if (tensors.put(name, tensor) != null) {
      throw new BadInputException(
          "node '" + node.name() + "': expected one tensor '" + name + "', found two");
    }
  }
}
