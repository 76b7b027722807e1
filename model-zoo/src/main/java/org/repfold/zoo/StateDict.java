package org.repfold.zoo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.NdArrays;
import org.repfold.graph.ElementType;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * The weights of a graph as PyTorch's state dict: official names, PyTorch's layouts (convolution
 * {@code [O, I/g, kh, kw]}, linear {@code [out, in]}).
 */
public final class StateDict {
  private StateDict() {}

  /**
   * Copies the tensors into the graph, cast to its data type. Strict: the names and shapes must be
   * those of the graph, and buffers hold what it computes with; only BatchNorm's {@code
   * num_batches_tracked} is ignored. On error the graph is unchanged.
   *
   * @throws org.repfold.graph.BadInputException listing every missing, unexpected and mis-shaped
   *     tensor, or naming a buffer that holds something else
   */
  public static void load(ComputationGraph graph, Map<String, INDArray> tensors) {
    List<NamedParameter> parameters = NamedParameter.of(graph);
    Map<String, Shape> expected = new LinkedHashMap<>();
    parameters.forEach(p -> expected.put(p.name(), Shape.of(p.view().shape())));
    Map<String, Tensor> buffers = OfficialTensors.buffers(graph.getConfiguration());
    buffers.forEach((name, buffer) -> expected.put(name, buffer.shape()));
    Map<String, Shape> found = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> found.put(name, Shape.of(tensor.shape())));
    OfficialTensors.require("the graph", expected, found);
    OfficialTensors.requireBuffers(buffers, name -> NdArrays.toDoubles(tensors.get(name)));
    for (NamedParameter parameter : parameters) {
      parameter.view().assign(tensors.get(parameter.name()));
    }
  }

  /**
   * The parameters of a configuration by vertex and DL4J's key, taken from tensors that are known
   * to be its own. Nothing is copied but what DL4J lays out in another order.
   */
  public static Map<String, Map<String, Tensor>> parameters(
      ComputationGraphConfiguration configuration, Map<String, Tensor> tensors) {
    Map<String, Map<String, Tensor>> parameters = new LinkedHashMap<>();
    for (OfficialLayout layout : OfficialLayout.of(configuration)) {
      parameters
          .computeIfAbsent(layout.module(), module -> new LinkedHashMap<>())
          .put(layout.key(), layout.toDl4j().apply(tensors.get(layout.name())));
    }
    return parameters;
  }

  /** Copies of all weights, running statistics and buffers of the graph. */
  public static Map<String, INDArray> of(ComputationGraph graph) {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    for (NamedParameter parameter : NamedParameter.of(graph)) {
      tensors.put(parameter.name(), parameter.view().dup('c'));
    }
    OfficialTensors.buffers(graph.getConfiguration())
        .forEach((name, buffer) -> tensors.put(name, NdArrays.of(buffer, ElementType.FLOAT32)));
    return tensors;
  }
}
