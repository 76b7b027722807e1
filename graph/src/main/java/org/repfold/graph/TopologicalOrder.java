package org.repfold.graph;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Orders nodes so that each stands after those whose values it takes, and otherwise as they came.
 */
final class TopologicalOrder {
  private TopologicalOrder() {}

  static Map<String, Node> of(List<Input> inputs, Collection<Node> nodes) {
    Map<String, Node> byName = new HashMap<>();
    Set<String> inputNames = new HashSet<>();
    for (Input input : inputs) {
      if (!inputNames.add(input.name())) {
        throw new BadInputException("input '" + input.name() + "': name used twice");
      }
    }
    for (Node node : nodes) {
      if (node.name().isEmpty()
          || inputNames.contains(node.name())
          || byName.put(node.name(), node) != null) {
        throw new BadInputException(
            "node '" + node.name() + "': expected a unique, non-empty name");
      }
    }
    Map<String, Node> ordered = new LinkedHashMap<>();
    Set<String> open = new HashSet<>();
    for (Node start : nodes) {
      Deque<Node> path = new ArrayDeque<>();
      path.push(start);
      while (!path.isEmpty()) {
        Node node = path.peek();
        if (ordered.containsKey(node.name())) {
          path.pop();
          continue;
        }
        open.add(node.name());
        boolean ready = true;
        for (String input : node.inputs()) {
          if (inputNames.contains(input) || ordered.containsKey(input)) {
            continue;
          }
          Node producer = byName.get(input);
          if (producer == null) {
            throw new BadInputException(
                "node '"
                    + node.name()
                    + "': input '"
                    + input
                    + "' is neither a node nor a graph input");
          }
          if (open.contains(input)) {
            throw new BadInputException("node '" + input + "': is part of a cycle");
          }
          path.push(producer);
          ready = false;
          break;
        }
        if (ready) {
          path.pop();
          open.remove(node.name());
          ordered.put(node.name(), node);
        }
      }
    }
    return ordered;
  }
}
