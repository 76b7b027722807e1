package org.repfold.zoo;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A parameter of a graph under its checkpoint name.
 *
 * @param layout what it is called, and its shape in PyTorch
 * @param view the parameter in PyTorch's layout; writing to it changes the graph
 */
record NamedParameter(OfficialLayout layout, INDArray view) {

  String name() {
    return layout.name();
  }

  /**
   * All parameters and running statistics of a graph.
   *
   * @throws org.repfold.graph.BadInputException naming a vertex whose parameters have no known
   *     PyTorch layout
   */
  static List<NamedParameter> of(ComputationGraph graph) {
    return OfficialLayout.of(graph.getConfiguration()).stream()
        .map(layout -> new NamedParameter(layout, view(graph, layout)))
        .toList();
  }

  private static INDArray view(ComputationGraph graph, OfficialLayout layout) {
    return layout.view().apply(graph.getLayer(layout.module()).getParam(layout.key()));
  }
}
