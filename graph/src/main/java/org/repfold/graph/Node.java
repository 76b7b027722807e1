package org.repfold.graph;

import java.util.List;

/**
 * One operator in a graph. The value it computes goes by the node's name.
 *
 * @param name unique in the graph, readable, the source's own where there is one
 * @param inputs names of the nodes or graph inputs whose values it takes, in the operator's order
 */
public record Node(String name, Operator operator, List<String> inputs) {
  public Node {
    inputs = List.copyOf(inputs);
  }

  public Node(String name, Operator operator, String... inputs) {
    this(name, operator, List.of(inputs));
  }

  /** The only input of a node that has one. */
  public String input() {
    return inputs.get(0);
  }

  public Node withOperator(Operator newOperator) {
    return new Node(name, newOperator, inputs);
  }

  public Node withInputs(List<String> newInputs) {
    return new Node(name, operator, newInputs);
  }
}
