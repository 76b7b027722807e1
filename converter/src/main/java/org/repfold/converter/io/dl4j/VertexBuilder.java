package org.repfold.converter.io.dl4j;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Collects the graph nodes that one DL4J vertex stands for. Nodes are named after the vertex:
 * {@code vertex/suffix}; the one that gives the vertex's result is renamed to the vertex itself in
 * the end. Not thread-safe.
 */
public final class VertexBuilder {
  private final String name;
  private final List<Value> operands;
  private final Map<String, Tensor> parameters;
  private final Values values;
  private final DataType sourceType;
  private final int mark;
  private final List<String> own;

  /**
   * A builder.
   *
   * @param sourceType of the DL4J graph
   */
  VertexBuilder(
      String name,
      List<Value> operands,
      Map<String, Tensor> parameters,
      Values values,
      DataType sourceType) {
    this(name, operands, parameters, values, sourceType, values.size(), new ArrayList<>());
  }

  private VertexBuilder(
      String name,
      List<Value> operands,
      Map<String, Tensor> parameters,
      Values values,
      DataType sourceType,
      int mark,
      List<String> own) {
    this.name = name;
    this.operands = List.copyOf(operands);
    this.parameters = parameters;
    this.values = values;
    this.sourceType = sourceType;
    this.mark = mark;
    this.own = own;
  }

  /** The DL4J vertex's name. */
  public String name() {
    return name;
  }

  /** Names of the values that the vertex takes, in DL4J's order and layout. */
  public List<String> inputs() {
    return operands.stream().map(this::plain).toList();
  }

  /**
   * The only value that the vertex takes, in DL4J's layout.
   *
   * @throws BadInputException if there are more
   */
  public String input() {
    return plain(operand());
  }

  /** The shape of a value, the batch axis {@link Shape#UNKNOWN}. */
  public Shape shape(String value) {
    return values.shape(value);
  }

  /** The vertex's parameters by DL4J key, in DL4J's shapes. */
  Map<String, Tensor> parameters() {
    return parameters;
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
   * A parameter {@code [A, B]} as {@code [B, A]}.
   *
   * @throws BadInputException if there is none of that key
   */
  public Tensor transposed(String key) {
    return Layouts.transposed(parameter(key));
  }

  /**
   * Adds a node named {@code vertex/suffix}, or {@code vertex/suffix_2} where that is taken.
   *
   * @return the name of its value
   * @throws BadInputException if the operands' shapes do not fit the operator
   */
  public String add(String suffix, Operator operator, String... inputs) {
    String added = values.add(name + "/" + suffix, operator, inputs);
    own.add(added);
    return added;
  }

  /**
   * Adds an activation function as nodes of its own; none for the identity. A function that is not
   * known becomes a node that DL4J computes.
   *
   * @return the name of the activated value
   */
  public String activate(IActivation activation, String value) {
    return plain(Activations.describe(this, activation, new Value(value)));
  }

  /** The type in which the DL4J graph computes. */
  DataType sourceType() {
    return sourceType;
  }

  /** The values that the vertex takes, in DL4J's order. */
  List<Value> operands() {
    return operands;
  }

  /**
   * The only value that the vertex takes.
   *
   * @throws BadInputException if there are more
   */
  Value operand() {
    if (operands.size() != 1) {
      throw new BadInputException(
          "vertex '" + name + "': expected 1 input, found " + operands.size());
    }
    return operands.get(0);
  }

  /** The value's name as DL4J lays it out. */
  String plain(Value value) {
    return owning(value, () -> values.plain(value));
  }

  /** The value's name as a map {@code [N, C, H, W]}, its axes understood as {@code layout}. */
  String map(Value value, Layout layout) {
    return owning(value, () -> values.map(value, layout));
  }

  /** What is made of the vertex's own values belongs to it; what is made of others' does not. */
  private String owning(Value value, Supplier<String> rearrange) {
    int before = values.size();
    String result = rearrange.get();
    if (own.contains(value.name())) {
      own.addAll(values.since(before));
    }
    return result;
  }

  /** Adds a constant that broadcasts with values of that many axes. */
  String constant(String suffix, double constant, int rank) {
    long[] ones = new long[rank];
    Arrays.fill(ones, 1);
    Tensor tensor = Tensor.of(Shape.of(ones), new double[] {constant});
    return add(suffix, new Operator.Constant(tensor));
  }

  /** A builder that collects into this one and takes another input. */
  VertexBuilder taking(Value input) {
    return new VertexBuilder(name, List.of(input), parameters, values, sourceType, mark, own);
  }

  /** Takes back all that was added. */
  void clear() {
    values.reset(mark);
    own.clear();
  }

  /**
   * Names the node that gives the vertex's result after the vertex.
   *
   * @param isOutput whether the vertex is an output of the network, whose value is then in DL4J's
   *     layout
   * @return the names of the vertex's nodes; none where the result is an input
   */
  List<String> finish(Value result, boolean isOutput) {
    if (!own.contains(result.name())) {
      values.setValue(name, result);
      return List.copyOf(own);
    }
    String named = isOutput ? plain(result) : result.name();
    values.rename(named, name, mark);
    values.setValue(name, named.equals(result.name()) ? result.named(name) : result);
    own.replaceAll(node -> node.equals(named) ? name : node);
    return List.copyOf(own);
  }
}
