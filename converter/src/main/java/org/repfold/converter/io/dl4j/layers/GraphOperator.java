package org.repfold.converter.io.dl4j.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InvalidInputTypeException;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.repfold.converter.io.dl4j.SelfDescribing;
import org.repfold.converter.io.dl4j.VertexBuilder;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;
import org.repfold.graph.Tensor;

/**
 * Any operator of a graph as a DL4J vertex, for those that DL4J has no layer for. It takes and
 * gives what the operator does, maps as NCHW. The operator's tensors are the vertex's parameters,
 * under the names that they have there; of the values that it takes, one that is always the same is
 * a parameter {@code operandI} too, {@code I} being its place among them. It computes forwards
 * alone: it is for deploy forms, not for training.
 */
public final class GraphOperator extends GraphVertex implements SelfDescribing {
  private static final String OPERAND = "operand";
  private static final long serialVersionUID = 1L;

  private final String operator;
  private final TreeMap<String, double[]> attributes;
  private final TreeMap<String, long[]> parameters;
  private final int arity;

  /**
   * A vertex.
   *
   * @param operator the operator's type
   * @param attributes its attributes by name, one or a few numbers each
   * @param parameters the shapes of all parameters by name
   * @throws IllegalArgumentException if there is no such operator
   */
  public GraphOperator(
      @JsonProperty("operator") String operator,
      @JsonProperty("attributes") Map<String, double[]> attributes,
      @JsonProperty("parameters") Map<String, long[]> parameters) {
    this.operator = Objects.requireNonNull(operator);
    this.attributes = new TreeMap<>(attributes);
    this.parameters = new TreeMap<>(parameters);
    OperatorParts parts = OperatorParts.of(operator);
    arity = parts.arity(attributes);
    Set<String> known = new HashSet<>(parts.parameterNames());
    IntStream.range(0, arity).forEach(place -> known.add(OPERAND + place));
    parameters.forEach(
        (name, shape) -> {
          if (!known.contains(name) || Arrays.stream(shape).anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException(
                "GraphOperator %s: expected parameters %s, found '%s' of shape %s"
                    .formatted(operator, known, name, Arrays.toString(shape)));
          }
        });
    if (operator.equals("Constant") || minVertexInputs() < 1) {
      throw new IllegalArgumentException(
          "GraphOperator " + operator + ": expected an input, found constants alone");
    }
  }

  /**
   * A vertex that computes an operator.
   *
   * @param constants the values it takes that are always the same, by their place
   */
  public static GraphOperator of(Operator operator, Map<Integer, Tensor> constants) {
    Map<String, long[]> shapes = new HashMap<>();
    parameters(operator, constants)
        .forEach((name, tensor) -> shapes.put(name, tensor.shape().toArray()));
    return new GraphOperator(
        operator.type(), OperatorParts.of(operator.type()).attributes(operator), shapes);
  }

  /** The parameters of {@link #of} by name. */
  public static Map<String, Tensor> parameters(Operator operator, Map<Integer, Tensor> constants) {
    Map<String, Tensor> parameters = new HashMap<>(operator.parameters());
    constants.forEach((place, tensor) -> parameters.put(OPERAND + place, tensor));
    return parameters;
  }

  public String getOperator() {
    return operator;
  }

  public Map<String, double[]> getAttributes() {
    return new LinkedHashMap<>(attributes);
  }

  public Map<String, long[]> getParameters() {
    return new LinkedHashMap<>(parameters);
  }

  /** The names of the parameters that are the operator's own. */
  List<String> tensorNames() {
    return parameters.keySet().stream().filter(name -> !isOperand(name)).toList();
  }

  /** The operator with the given parameters. */
  Operator assemble(Map<String, Tensor> values) {
    return OperatorParts.of(operator).assemble(attributes, values);
  }

  /**
   * The values that the operator takes, in its order.
   *
   * @param inputs what the vertex takes
   * @param constants the vertex's parameters by name
   */
  <T> List<T> operands(List<T> inputs, Map<String, T> constants) {
    List<T> operands = new ArrayList<>();
    int next = 0;
    for (int place = 0; place < arity; place++) {
      T constant = constants.get(OPERAND + place);
      operands.add(constant != null ? constant : inputs.get(next++));
    }
    return operands;
  }

  /** How the parameters lie in DL4J's flat array: by name. */
  NamedParameters layout() {
    NamedParameters.Builder layout = new NamedParameters.Builder();
    parameters.forEach((name, shape) -> layout.add(name, NamedParameters.Role.CONSTANT, 0, shape));
    return layout.build((conf, parameter, view) -> {});
  }

  @Override
  public GraphVertex clone() {
    return new GraphOperator(operator, attributes, parameters);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GraphOperator that
        && operator.equals(that.operator)
        && attributes.keySet().equals(that.attributes.keySet())
        && attributes.keySet().stream()
            .allMatch(key -> Arrays.equals(attributes.get(key), that.attributes.get(key)))
        && parameters.keySet().equals(that.parameters.keySet())
        && parameters.keySet().stream()
            .allMatch(key -> Arrays.equals(parameters.get(key), that.parameters.get(key)));
  }

  @Override
  public int hashCode() {
    return Objects.hash(operator, attributes.keySet(), parameters.keySet());
  }

  @Override
  public long numParams(boolean backprop) {
    return layout().numParams((org.deeplearning4j.nn.conf.layers.Layer) null);
  }

  @Override
  public int minVertexInputs() {
    return arity - (int) parameters.keySet().stream().filter(GraphOperator::isOperand).count();
  }

  @Override
  public int maxVertexInputs() {
    return minVertexInputs();
  }

  private static boolean isOperand(String parameter) {
    return parameter.startsWith(OPERAND);
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray paramsView,
      boolean initializeParams,
      DataType networkDatatype) {
    return new GraphOperatorVertex(graph, name, index, this, paramsView, networkDatatype);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType... inputs)
      throws InvalidInputTypeException {
    Map<String, Shape> shapes = new HashMap<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < inputs.length; i++) {
      names.add("input" + i);
      shapes.put("input" + i, Shape.of(inputs[i].getShape(true)));
    }
    Map<String, String> constants = new HashMap<>();
    Map<String, Tensor> zeros = new HashMap<>();
    for (Map.Entry<String, long[]> parameter : parameters.entrySet()) {
      Shape shape = Shape.of(parameter.getValue());
      shapes.put(parameter.getKey(), shape);
      if (isOperand(parameter.getKey())) {
        constants.put(parameter.getKey(), parameter.getKey());
      } else {
        float[] elements = new float[Math.toIntExact(shape.elements())];
        zeros.put(parameter.getKey(), Tensor.of(shape, elements));
      }
    }
    try {
      Node node = new Node(operator, assemble(zeros), operands(names, constants));
      return InputTypes.of(ShapeInference.shapeOf(node, shapes));
    } catch (BadInputException | IndexOutOfBoundsException e) {
      throw new InvalidInputTypeException("GraphOperator: " + e.getMessage());
    }
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputTypes) {
    try {
      return new LayerMemoryReport.Builder(
              null, GraphOperator.class, inputTypes[0], getOutputType(-1, inputTypes))
          .standardMemory(numParams(false), 0)
          .workingMemory(0, 0, 0, 0)
          .cacheMemory(0, 0)
          .build();
    } catch (InvalidInputTypeException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String describe(VertexBuilder vertex) {
    Map<String, Tensor> tensors = new HashMap<>();
    tensorNames().forEach(name -> tensors.put(name, vertex.parameter(name)));
    Map<String, String> constants = new HashMap<>();
    parameters.keySet().stream()
        .filter(GraphOperator::isOperand)
        .forEach(
            name ->
                constants.put(
                    name, vertex.add(name, new Operator.Constant(vertex.parameter(name)))));
    if (vertex.inputs().size() != minVertexInputs()) {
      throw new BadInputException(
          "vertex '%s': expected %d inputs, found %d"
              .formatted(vertex.name(), minVertexInputs(), vertex.inputs().size()));
    }
    return vertex.add(
        operator.toLowerCase(Locale.ROOT),
        assemble(tensors),
        operands(vertex.inputs(), constants).toArray(String[]::new));
  }

  @Override
  public String toString() {
    return "GraphOperator(" + operator + ")";
  }
}
