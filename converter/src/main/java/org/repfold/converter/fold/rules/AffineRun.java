package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * A chain of nodes of which some rearrange and the others scale and shift.
 *
 * @param nodes each takes the value of the one before it
 * @param affine what must be done behind those that rearrange, instead of what the others do
 */
record AffineRun(List<Node> nodes, Affine affine) {
  AffineRun {
    nodes = List.copyOf(nodes);
  }

  static AffineRun empty(Affine affine) {
    return new AffineRun(List.of(), affine);
  }

  /**
   * The longest such chain that starts with the given node and has no branches; possibly empty.
   *
   * @param start what has been done to the value that the first node takes
   */
  static AffineRun from(GraphView graph, Node first, Affine start) {
    List<Node> nodes = new ArrayList<>();
    Affine affine = start;
    Node node = first;
    while (true) {
      Optional<Affine> next = after(graph, node, affine);
      if (next.isEmpty()) {
        break;
      }
      affine = next.get();
      nodes.add(node);
      if (!graph.hasSingleUse(node.name())) {
        break;
      }
      node = graph.consumers(node.name()).get(0);
    }
    return new AffineRun(nodes, affine);
  }

  private static Optional<Affine> after(GraphView graph, Node node, Affine affine) {
    return Path.carries(node)
        ? Path.through(graph, node, affine)
        : Affine.of(graph, node).map(affine::then);
  }

  boolean isEmpty() {
    return nodes.isEmpty();
  }

  /** The value at the end of the chain; the given one if it is empty. */
  String end(String start) {
    return isEmpty() ? start : nodes.get(nodes.size() - 1).name();
  }

  /** The nodes that rearrange, the first taking the given value. */
  List<Node> rearranging(String value) {
    List<Node> moved = new ArrayList<>();
    String last = value;
    for (Node node : nodes) {
      if (Path.carries(node)) {
        moved.add(node.withInputs(List.of(last)));
        last = node.name();
      }
    }
    return moved;
  }
}
