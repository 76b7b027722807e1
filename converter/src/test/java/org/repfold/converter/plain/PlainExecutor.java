package org.repfold.converter.plain;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.ExecutableBody;
import org.repfold.converter.execute.NdArrays;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;
import org.repfold.graph.Unary;

/**
 * Computes a graph in float64 by plain loops over indices, and with every number how much it may
 * round. For graphs of a few hundred numbers it is many times faster than an executor that crosses
 * into native code for each operator; it is held against that one.
 */
public final class PlainExecutor {
  private PlainExecutor() {}

  /** All values of the graph by name, the inputs included. */
  public static Map<String, Numbers> run(Graph graph, Map<String, double[]> inputs, int batch) {
    Map<String, Numbers> values = new HashMap<>();
    graph
        .inputs()
        .forEach(
            input ->
                values.put(
                    input.name(),
                    Numbers.exact(known(input.shape(), batch), inputs.get(input.name()))));
    for (Node node : graph.nodes()) {
      List<Numbers> operands = node.inputs().stream().map(values::get).toList();
      values.put(node.name(), evaluate(node.operator(), operands));
    }
    return values;
  }

  /** The shape, an unknown axis being of the given size. */
  public static Shape known(Shape shape, long batch) {
    return Shape.of(
        Arrays.stream(shape.toArray()).map(size -> size == Shape.UNKNOWN ? batch : size).toArray());
  }

  private static Numbers evaluate(Operator operator, List<Numbers> operands) {
    if (operator instanceof Operator.Constant constant) {
      return Numbers.exact(constant.value().shape(), constant.value().toDoubles());
    } else if (operator instanceof Operator.Opaque opaque) {
      return unknown((ExecutableBody) opaque.body(), operands);
    }
    Numbers x = operands.get(0);
    Shape shape = shapeOf(operator, operands);
    if (operator instanceof Operator.Conv conv) {
      return Products.conv(conv, x, shape);
    } else if (operator instanceof Operator.ConvTranspose conv) {
      return Products.convTranspose(conv, x, shape);
    } else if (operator instanceof Operator.Gemm gemm) {
      return Products.gemm(gemm, x, shape);
    } else if (operator instanceof Operator.MatMul) {
      return Products.matMul(x, operands.get(1), shape);
    } else if (operator instanceof Operator.BatchNormalization norm) {
      return Normalisations.batch(norm, x);
    } else if (operator instanceof Operator.LayerNormalization norm) {
      return Normalisations.layer(norm, x);
    } else if (operator instanceof Operator.Softmax softmax) {
      return Normalisations.softmax(softmax, x);
    } else if (operator instanceof Operator.Elementwise elementwise) {
      return Functions.elementwise(elementwise, x, operands.get(1), shape);
    } else if (operator instanceof Unary unary) {
      return Functions.unary(unary, x);
    } else if (operator instanceof Pooling pooling) {
      return Pools.of(pooling, x, shape);
    } else if (operator instanceof Movement movement) {
      return Movements.of(movement, operands, shape);
    } else if (operator instanceof Operator.Identity) {
      return x;
    }
    throw new IllegalArgumentException("operator " + operator.type() + " cannot be executed");
  }

  private static Shape shapeOf(Operator operator, List<Numbers> operands) {
    Map<String, Shape> shapes = new HashMap<>();
    String[] names = new String[operands.size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = Integer.toString(i);
      shapes.put(names[i], operands.get(i).shape());
    }
    return ShapeInference.shapeOf(new Node("node", operator, names), shapes);
  }

  /** An operator of which nothing is known is taken to be no steeper than 1. */
  private static Numbers unknown(ExecutableBody body, List<Numbers> operands) {
    List<INDArray> arrays =
        operands.stream().map(x -> NdArrays.of(x.value(), x.shape().toArray())).toList();
    INDArray result = body.execute(arrays, ElementType.FLOAT64);
    double[] value = NdArrays.toDoubles(result);
    double largest =
        operands.stream().flatMapToDouble(x -> Arrays.stream(x.magnitude())).max().orElse(0);
    double[] magnitude = Arrays.stream(value).map(number -> Math.abs(number) + largest).toArray();
    return new Numbers(Shape.of(result.shape()), value, magnitude);
  }
}
