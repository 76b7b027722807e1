package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Shape;

/**
 * A dense layer over a whole map: {@code [N, C, H, W]} flattened, multiplied group by group, and
 * laid out as {@code [N, O, H', W']}.
 *
 * @param flatten the node that flattens the map
 * @param layer the Conv (on maps of 1 x 1) or Gemm that holds the weights
 * @param layout the node that lays the outputs out as a map
 */
record MapFullyConnected(Node flatten, Node layer, Node layout) {

  /**
   * The dense layer whose value is the given one, if it is one and its inner values have no other
   * use.
   */
  static Optional<MapFullyConnected> of(GraphView graph, String value) {
    Optional<Node> layout = graph.find(value, Movement.Reshape.class);
    Optional<Node> layer =
        layout
            .flatMap(l -> graph.find(l.input()))
            .filter(l -> graph.hasSingleUse(l.name()))
            .filter(l -> Linear.isDense(graph, l));
    Optional<Node> flatten =
        layer
            .flatMap(l -> graph.find(l.input()))
            .filter(f -> graph.hasSingleUse(f.name()))
            .filter(
                f ->
                    f.operator() instanceof Movement.Reshape
                        || f.operator() instanceof Movement.Flatten);
    if (flatten.isEmpty()) {
      return Optional.empty();
    }
    Shape in = graph.shape(flatten.get().input());
    Shape out = graph.shape(value);
    boolean wholeMaps =
        in.rank() == 4
            && out.rank() == 4
            && in.dimension(0) == out.dimension(0)
            && graph.shape(flatten.get().name()).dimension(1) == in.product(1, 4)
            && graph.shape(layer.get().name()).dimension(1) == out.product(1, 4);
    return wholeMaps
        ? Optional.of(new MapFullyConnected(flatten.get(), layer.get(), layout.get()))
        : Optional.empty();
  }

  String input() {
    return flatten.input();
  }

  Linear linear() {
    return Linear.of(layer).orElseThrow();
  }
}
