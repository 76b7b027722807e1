package org.repfold.converter.fold.rules;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/**
 * Additions of values of one shape, nested in any way, seen as one sum.
 *
 * @param additions the Add nodes, the root last
 * @param addends the names of the summed values, in the order of writing
 */
record SumTree(List<Node> additions, List<String> addends) {

  /**
   * The sum whose root is the given node; empty if it is not an addition, or part of a larger one.
   */
  static Optional<SumTree> at(GraphView graph, Node node) {
    if (!isAddition(graph, node) || isInner(graph, node)) {
      return Optional.empty();
    }
    Deque<Node> additions = new ArrayDeque<>();
    List<String> addends = new ArrayList<>();
    Deque<String> open = new ArrayDeque<>(List.of(node.name()));
    while (!open.isEmpty()) {
      String value = open.pop();
      Optional<Node> inner =
          graph
              .find(value)
              .filter(n -> isAddition(graph, n))
              .filter(n -> n == node || graph.hasSingleUse(value));
      if (inner.isPresent()) {
        additions.push(inner.get());
        open.push(inner.get().inputs().get(1));
        open.push(inner.get().inputs().get(0));
      } else {
        addends.add(value);
      }
    }
    return Optional.of(new SumTree(List.copyOf(additions), addends));
  }

  /**
   * The sum that a value is added to, perhaps after it was scaled and shifted by channel; empty if
   * something else takes it on the way.
   */
  static Optional<SumTree> reachedFrom(GraphView graph, String value) {
    String addend = value;
    while (graph.hasSingleUse(addend)) {
      Node user = graph.consumers(addend).get(0);
      if (isAddition(graph, user)) {
        return AffinePath.endingAt(graph, addend).stream()
                .anyMatch(path -> path.origin().equals(value))
            ? at(graph, rootAbove(graph, user))
            : Optional.empty();
      }
      if (!(user.operator() instanceof Operator.BatchNormalization
          || user.operator() instanceof Operator.Mul
          || user.operator() instanceof Operator.Add)) {
        break;
      }
      addend = user.name();
    }
    return Optional.empty();
  }

  private static Node rootAbove(GraphView graph, Node addition) {
    Node root = addition;
    while (isInner(graph, root)) {
      root = graph.consumers(root.name()).get(0);
    }
    return root;
  }

  /**
   * The sum with two addends replaced by the value of one new node.
   *
   * @param parts the nodes that the new one makes superfluous; they have no other use
   */
  Match replace(String first, String second, List<Node> parts, List<Node> merged) {
    Node result = merged.get(merged.size() - 1);
    List<String> left = new ArrayList<>(addends);
    left.set(left.indexOf(first), result.name());
    left.remove(second);
    List<Node> consumed = new ArrayList<>(parts);
    consumed.addAll(additions);
    List<Node> produced = new ArrayList<>(merged);
    String sum = left.get(0);
    int reused = additions.size() - (left.size() - 1);
    for (int i = 1; i < left.size(); i++) {
      Node addition = additions.get(reused + i - 1);
      produced.add(addition.withInputs(List.of(sum, left.get(i))));
      sum = addition.name();
    }
    return Match.replace(consumed, produced);
  }

  private static boolean isAddition(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.Add)) {
      return false;
    }
    Shape shape = graph.shape(node.name());
    return node.inputs().stream().allMatch(input -> graph.shape(input).equals(shape));
  }

  private static boolean isInner(GraphView graph, Node node) {
    return graph.hasSingleUse(node.name())
        && isAddition(graph, graph.consumers(node.name()).get(0));
  }
}
