package org.repfold.graph;

import java.util.List;
import java.util.Optional;

/** A graph as a fold rule sees it: read-only, every question answered by name. */
public interface GraphView {

  /** The node of that name; empty for a graph input. */
  Optional<Node> find(String name);

  /** The nodes that take the value, each once. */
  List<Node> consumers(String value);

  /** Whether the graph gives the value as one of its outputs. */
  boolean isOutput(String value);

  /** Whether the value is one of the graph's inputs. */
  boolean isInput(String value);

  /** The shape of a node's value or of a graph input. */
  Shape shape(String value);

  /** The node of that name, where its operator is of the given type. */
  default Optional<Node> find(String name, Class<? extends Operator> type) {
    return find(name).filter(node -> type.isInstance(node.operator()));
  }

  /**
   * Whether one node alone takes the value, through one input, and the graph does not give it as an
   * output.
   */
  default boolean hasSingleUse(String value) {
    if (isOutput(value)) {
      return false;
    }
    List<Node> consumers = consumers(value);
    return consumers.size() == 1
        && consumers.get(0).inputs().stream().filter(value::equals).count() == 1;
  }

  /**
   * The wanted name for a new node, with a number behind where some value has that name already.
   */
  default String freshName(String wanted) {
    String name = wanted;
    for (int number = 2; isInput(name) || find(name).isPresent(); number++) {
      name = wanted + "/" + number;
    }
    return name;
  }

  /** The constant that the value is, where it is one. */
  default Optional<Tensor> constant(String value) {
    return find(value)
        .flatMap(
            node ->
                node.operator() instanceof Operator.Constant constant
                    ? Optional.of(constant.value())
                    : Optional.empty());
  }
}
