package org.repfold.converter.fold;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * The nodes that a graph's outputs need, depth first from each output, operands before their node.
 *
 * <p>Follows from how the nodes are connected alone: two listings of the same nodes give the same
 * order.
 */
final class DependencyOrder {
  private DependencyOrder() {}

  static List<Node> of(GraphView graph, Iterable<String> outputs) {
    List<Node> ordered = new ArrayList<>();
    Set<String> entered = new HashSet<>();
    Set<String> left = new HashSet<>();
    Deque<String> open = new ArrayDeque<>();
    for (String output : outputs) {
      open.push(output);
      while (!open.isEmpty()) {
        String name = open.peek();
        Optional<Node> node = graph.find(name);
        if (node.isPresent() && entered.add(name)) {
          pushOperands(node.get(), entered, open);
        } else {
          open.pop();
          if (node.isPresent() && left.add(name)) {
            ordered.add(node.get());
          }
        }
      }
    }
    return ordered;
  }

  private static void pushOperands(Node node, Set<String> entered, Deque<String> open) {
    List<String> operands = node.inputs();
    for (int i = operands.size() - 1; i >= 0; i--) {
      if (!entered.contains(operands.get(i))) {
        open.push(operands.get(i));
      }
    }
  }
}
