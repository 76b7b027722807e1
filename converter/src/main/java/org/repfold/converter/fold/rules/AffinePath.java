package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Shape;

/**
 * A value seen as an earlier one, its {@code origin}, scaled and shifted channel by channel:
 * BatchNormalizations, and arithmetic with one constant per channel.
 *
 * @param nodes those between that nothing else takes, the earliest first; the scale and shift of
 *     the others is in {@code affine} all the same
 * @param exclusive whether nothing but this path takes the origin
 */
record AffinePath(String origin, List<Node> nodes, Affine affine, boolean exclusive) {

  /** The paths that end at a value, the shortest, which has no nodes, first. */
  static List<AffinePath> endingAt(GraphView graph, String value) {
    Shape shape = graph.shape(value);
    if (shape.rank() < 2 || shape.dimension(1) == Shape.UNKNOWN) {
      return List.of();
    }
    List<AffinePath> paths = new ArrayList<>();
    Affine nothing = Affine.identity(shape.rank());
    Optional<AffinePath> next =
        Optional.of(new AffinePath(value, List.of(), nothing, graph.hasSingleUse(value)));
    while (next.isPresent()) {
      paths.add(next.get());
      next = next.get().extended(graph);
    }
    return paths;
  }

  private Optional<AffinePath> extended(GraphView graph) {
    return graph
        .find(origin)
        .flatMap(
            node ->
                Affine.of(graph, node)
                    .filter(first -> first.variesAtMostAlong(1))
                    .map(
                        first ->
                            behind(graph, node, Affine.operand(graph, node).orElseThrow(), first)));
  }

  /** This path with one more node before it. */
  private AffinePath behind(GraphView graph, Node node, String newOrigin, Affine first) {
    List<Node> more = new ArrayList<>(nodes);
    if (exclusive) {
      more.add(0, node);
    }
    return new AffinePath(
        newOrigin, more, first.then(affine), exclusive && graph.hasSingleUse(newOrigin));
  }
}
