package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;

/**
 * A value seen as another under other shapes: its elements in the same row-major order.
 *
 * @param origin the value before the first reshape
 * @param nodes the Reshape and Flatten nodes between, the earliest first
 */
record Reshaped(String origin, List<Node> nodes) {

  static Reshaped of(GraphView graph, String value) {
    List<Node> nodes = new ArrayList<>();
    String origin = value;
    for (Optional<Node> node = reshape(graph, value);
        node.isPresent();
        node = reshape(graph, origin)) {
      nodes.add(0, node.get());
      origin = node.get().input();
    }
    return new Reshaped(origin, nodes);
  }

  /** Whether nothing else takes the origin or what the nodes make of it, the last value aside. */
  boolean isExclusive(GraphView graph) {
    return nodes.stream().allMatch(node -> graph.hasSingleUse(node.input()));
  }

  private static Optional<Node> reshape(GraphView graph, String value) {
    return graph
        .find(value)
        .filter(
            node ->
                node.operator() instanceof Movement.Reshape
                    || node.operator() instanceof Movement.Flatten);
  }
}
