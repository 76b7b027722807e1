package org.repfold.converter.io.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.activations.IActivation;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;
import org.repfold.graph.Tensor;

/**
 * Collects the graph nodes that one DL4J vertex stands for. Nodes are named after the vertex:
 * {@code vertex/suffix}; the one that gives the vertex's result is renamed to the vertex itself in
 * the end. Not thread-safe.
 */
public final class VertexBuilder {
  private final String name;
  private final List<String> inputs;
  private final Map<String, Tensor> parameters;
  private final Map<String, Shape> shapes;
  private final List<Node> nodes;

  VertexBuilder(
      String name, List<String> inputs, Map<String, Tensor> parameters, Map<String, Shape> shapes) {
    this(name, inputs, parameters, shapes, new ArrayList<>());
  }

  private VertexBuilder(
      String name,
      List<String> inputs,
      Map<String, Tensor> parameters,
      Map<String, Shape> shapes,
      List<Node> nodes) {
    this.name = name;
    this.inputs = List.copyOf(inputs);
    this.parameters = parameters;
    this.shapes = shapes;
    this.nodes = nodes;
  }

  /** The DL4J vertex's name. */
  public String name() {
    return name;
  }

  /** Names of the values that the vertex takes, in DL4J's order. */
  public List<String> inputs() {
    return inputs;
  }

  /**
   * The only value that the vertex takes.
   *
   * @throws BadInputException if there are more
   */
  public String input() {
    if (inputs.size() != 1) {
      throw new BadInputException(
          "vertex '" + name + "': expected 1 input, found " + inputs.size());
    }
    return inputs.get(0);
  }

  /** The shape of a value, the batch axis {@link Shape#UNKNOWN}; maps are NCHW. */
  public Shape shape(String value) {
    return shapes.get(value);
  }

  /** Whether the vertex has a parameter of that DL4J key. */
  public boolean hasParameter(String key) {
    return parameters.containsKey(key);
  }

  /**
   * A parameter in DL4J's shape, row-major.
   *
   * @throws BadInputException if there is none of that key
   */
  public Tensor parameter(String key) {
    Tensor tensor = parameters.get(key);
    if (tensor == null) {
      throw new BadInputException(
          "vertex '"
              + name
              + "': expected a parameter '"
              + key
              + "', found "
              + parameters.keySet());
    }
    return tensor;
  }

  /**
   * Adds a node named {@code vertex/suffix}, or {@code vertex/suffix_2} where that is taken.
   *
   * @return the name of its value
   * @throws BadInputException if the operands' shapes do not fit the operator
   */
  public String add(String suffix, Operator operator, String... operands) {
    String base = name + "/" + suffix;
    String unique = base;
    for (int i = 2; shapes.containsKey(unique); i++) {
      unique = base + "_" + i;
    }
    Node node = new Node(unique, operator, operands);
    shapes.put(unique, ShapeInference.shapeOf(node, shapes));
    nodes.add(node);
    return unique;
  }

  /**
   * Adds an activation function as a node of its own; none for the identity.
   *
   * @return the name of the activated value
   * @throws RuntimeException naming vertex and class, if the function is not supported
   */
  public String activate(IActivation activation, String value) {
    return Activations.describe(this, activation, value);
  }

  /** A builder that collects into this one and takes another input. */
  VertexBuilder taking(String input) {
    return new VertexBuilder(name, List.of(input), parameters, shapes, nodes);
  }

  /**
   * The nodes, the one that gives {@code result} renamed to the vertex; empty where the result is
   * an input.
   */
  List<Node> finish(String result) {
    shapes.put(name, shapes.get(result));
    return nodes.stream().map(node -> renamed(node, result)).toList();
  }

  private Node renamed(Node node, String result) {
    return new Node(
        node.name().equals(result) ? name : node.name(),
        node.operator(),
        node.inputs().stream()
            .map(input -> input.equals(result) && !inputs.contains(result) ? name : input)
            .toList());
  }
}
