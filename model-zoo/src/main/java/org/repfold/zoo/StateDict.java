package org.repfold.zoo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.BadInputException;

/**
 * The weights of a graph as PyTorch's state dict: official names, PyTorch's layouts (convolution
 * {@code [O, I/g, kh, kw]}, FC3 {@code [S*h*w, h*w, 1, 1]}, linear {@code [out, in]}).
 */
public final class StateDict {
  private static final String IGNORED_LEAF = "num_batches_tracked";

  private StateDict() {}

  /**
   * Copies the tensors into the graph, cast to its data type. Strict: the names and shapes must be
   * those of the graph; only BatchNorm's {@code num_batches_tracked} is ignored. On error the graph
   * is unchanged.
   *
   * @throws BadInputException listing every missing, unexpected and mis-shaped tensor
   */
  public static void load(ComputationGraph graph, Map<String, INDArray> tensors) {
    List<String> problems = new ArrayList<>();
    List<NamedParameter> parameters = NamedParameter.of(graph);
    Set<String> unexpected = new LinkedHashSet<>(tensors.keySet());
    unexpected.removeIf(name -> name.endsWith("." + IGNORED_LEAF) || name.equals(IGNORED_LEAF));
    for (NamedParameter parameter : parameters) {
      INDArray tensor = tensors.get(parameter.name());
      unexpected.remove(parameter.name());
      if (tensor == null) {
        problems.add("missing " + parameter.name());
      } else if (!Arrays.equals(tensor.shape(), parameter.view().shape())) {
        problems.add(
            "%s: expected shape %s, found %s"
                .formatted(
                    parameter.name(),
                    Arrays.toString(parameter.view().shape()),
                    Arrays.toString(tensor.shape())));
      }
    }
    unexpected.forEach(name -> problems.add("unexpected " + name));
    if (!problems.isEmpty()) {
      throw new BadInputException(
          "the tensors do not fit the graph: " + String.join("; ", problems));
    }
    for (NamedParameter parameter : parameters) {
      parameter.view().assign(tensors.get(parameter.name()));
    }
  }

  /** Copies of all weights and running statistics of the graph, in topological order. */
  public static Map<String, INDArray> of(ComputationGraph graph) {
    Map<String, INDArray> tensors = new LinkedHashMap<>();
    for (NamedParameter parameter : NamedParameter.of(graph)) {
      tensors.put(parameter.name(), parameter.view().dup('c'));
    }
    return tensors;
  }
}
