package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.Optional;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * A dense layer that takes all elements of a map as its inputs, and whose outputs are laid out as
 * the elements of another.
 *
 * @param input the value before its elements were laid out as inputs
 * @param layer the Conv (on maps of 1 x 1) or Gemm that holds the weights
 * @param layout the nodes that lay the outputs out
 * @param value what those give
 */
record MapFullyConnected(String input, Node layer, List<Node> layout, String value) {

  /** The dense layer whose outputs are the given value, if its inner values have no other use. */
  static Optional<MapFullyConnected> of(GraphView graph, String value) {
    Reshaped outputs = Reshaped.of(graph, value);
    return outputs.isExclusive(graph)
        ? graph
            .find(outputs.origin())
            .filter(layer -> Linear.isDense(graph, layer))
            .map(
                layer ->
                    new MapFullyConnected(
                        Reshaped.of(graph, layer.input()).origin(), layer, outputs.nodes(), value))
        : Optional.empty();
  }

  Linear linear() {
    return Linear.of(layer).orElseThrow();
  }
}
