package org.repfold.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Collects inputs and nodes one after the other. Not thread-safe. */
public final class GraphBuilder {
  private final List<Input> inputs = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();

  /** Adds an input; gives its name. */
  public String input(String name, long... shape) {
    inputs.add(new Input(name, Shape.of(shape)));
    return name;
  }

  /** Adds a node; gives its name. */
  public String add(String name, Operator operator, String... operands) {
    nodes.add(new Node(name, operator, operands));
    return name;
  }

  public GraphBuilder output(String name) {
    outputs.add(name);
    return this;
  }

  /**
   * The graph so far.
   *
   * @throws BadInputException as {@link Graph#of}
   */
  public Graph build() {
    return build(Map.of());
  }

  /** As {@link #build()}, with metadata. */
  public Graph build(Map<String, String> metadata) {
    return Graph.of(inputs, nodes, outputs, metadata);
  }
}
