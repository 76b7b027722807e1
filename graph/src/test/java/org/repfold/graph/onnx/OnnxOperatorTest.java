package org.repfold.graph.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.onnxruntime.OrtException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.RandomTensors;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** Every operator, written, run by ONNX Runtime, and compared with plain loops at odd sizes. */
class OnnxOperatorTest {
  private static final double FLOAT32_UNIT = 0x1p-23;

  /** Roundings of an operator that sums nothing: exp, erf, division and a few products. */
  private static final int ROUNDINGS = 8;

  private static final int LONGEST_SUM = 5 * 3 * 3;

  private static final RandomTensors RANDOM = new RandomTensors(7);

  static Stream<Arguments> operators() {
    Window odd = new Window(2, 3, 2, 1, 0, 1, 3, 2);
    return Stream.of(
        arguments(conv(7, 5, 3, 3, Window.padded(1), 1), shapes(Shape.of(3, 5, 9, 11))),
        arguments(conv(7, 5, 1, 1, Window.unit(), 1), shapes(Shape.of(1, 5, 7, 3))),
        arguments(conv(9, 2, 3, 1, odd, 3), shapes(Shape.of(2, 6, 9, 11))),
        arguments(conv(5, 1, 3, 3, Window.strided(2, 1), 5), shapes(Shape.of(3, 5, 9, 7))),
        arguments(
            new Operator.Conv(RANDOM.normal(3, 2, 2, 3), Optional.empty(), odd, 1),
            shapes(Shape.of(1, 2, 5, 13))),
        arguments(
            new Operator.Gemm(RANDOM.normal(7, 13), Optional.of(RANDOM.normal(7))),
            shapes(Shape.of(3, 13))),
        arguments(new Operator.Gemm(RANDOM.normal(1, 5), Optional.empty()), shapes(Shape.of(1, 5))),
        arguments(RANDOM.batchNormalization(5), shapes(Shape.of(3, 5, 7, 3))),
        arguments(RANDOM.batchNormalization(13), shapes(Shape.of(3, 13))),
        arguments(new Operator.Add(), shapes(Shape.of(3, 5, 7), Shape.of(3, 5, 7))),
        arguments(new Operator.Add(), shapes(Shape.of(3, 5, 7), Shape.of(5, 1))),
        arguments(new Operator.Mul(), shapes(Shape.of(3, 1, 7), Shape.of(1, 5, 7))),
        arguments(new Operator.Mul(), shapes(Shape.of(13), Shape.of(3, 1))),
        arguments(new Operator.MatMul(), shapes(Shape.of(3, 13), Shape.of(13, 5))),
        arguments(new Operator.MatMul(), shapes(Shape.of(3, 5, 7), Shape.of(3, 7, 1))),
        arguments(new Operator.MatMul(), shapes(Shape.of(3, 1, 5, 7), Shape.of(2, 7, 3))),
        arguments(new Unary.Relu(), shapes(Shape.of(3, 5, 7, 11))),
        arguments(new Unary.Sigmoid(), shapes(Shape.of(3, 13))),
        arguments(new Unary.Gelu(), shapes(Shape.of(3, 5, 7, 11))),
        arguments(new Operator.Softmax(-1), shapes(Shape.of(3, 13))),
        arguments(new Operator.Softmax(1), shapes(Shape.of(3, 5, 7))),
        arguments(new Operator.Identity(), shapes(Shape.of(1, 3))),
        arguments(new Pooling.GlobalAveragePool(), shapes(Shape.of(3, 5, 7, 3))),
        arguments(new Movement.Flatten(), shapes(Shape.of(3, 5, 7, 3))),
        arguments(Movement.Reshape.to(5, -1, 7), shapes(Shape.of(3, 7, 5, 2))),
        arguments(Movement.Reshape.to(105), shapes(Shape.of(3, 7, 5))),
        arguments(Movement.Transpose.by(0, 2, 1), shapes(Shape.of(3, 7, 5))),
        arguments(Movement.Transpose.by(3, 0, 2, 1), shapes(Shape.of(3, 7, 5, 2))));
  }

  @ParameterizedTest
  @MethodSource("operators")
  void onnxRuntimeComputesWhatTheOperatorMeans(Operator operator, List<Shape> shapes)
      throws OrtException {
    Map<String, Tensor> inputs = inputs(shapes);
    Tensor found = OnnxRuntime.run(OnnxWriter.toBytes(graph(operator, inputs)), inputs).get("y");
    assertClose(expected(operator, inputs), found);
  }

  /** Operators whose numbers are compared where the reference executor is. */
  static Stream<Arguments> otherOperators() {
    Window odd = new Window(2, 3, 1, 2, 1, 0, 2, 1);
    Shape map = Shape.of(3, 5, 7, 13);
    return Stream.of(
        arguments(
            new Operator.ConvTranspose(
                RANDOM.normal(5, 3, 3, 2), Optional.of(RANDOM.normal(3)), odd, 1),
            shapes(map)),
        arguments(
            new Operator.ConvTranspose(
                RANDOM.normal(4, 3, 1, 2), Optional.empty(), Window.strided(1, 3), 2),
            shapes(Shape.of(3, 4, 7, 1))),
        arguments(
            new Operator.LayerNormalization(
                RANDOM.normal(13), Optional.of(RANDOM.normal(13)), 1e-6),
            shapes(map)),
        arguments(
            new Operator.LayerNormalization(RANDOM.normal(7, 13), Optional.empty(), 1e-5),
            shapes(map)),
        arguments(new Operator.Sub(), shapes(map, Shape.of(13))),
        arguments(new Operator.Div(), shapes(map, Shape.of(5, 1, 1))),
        arguments(new Operator.Max(), shapes(map, Shape.of(1))),
        arguments(new Operator.Min(), shapes(map, map)),
        arguments(new Unary.LeakyRelu(0.1), shapes(map)),
        arguments(new Unary.ThresholdedRelu(0.7), shapes(map)),
        arguments(new Unary.Elu(1.1), shapes(map)),
        arguments(new Unary.Selu(1.6, 1.05), shapes(map)),
        arguments(new Unary.Clip(0, 6), shapes(map)),
        arguments(new Unary.Clip(-1.5, Double.POSITIVE_INFINITY), shapes(map)),
        arguments(new Unary.Clip(Double.NEGATIVE_INFINITY, 0.25), shapes(map)),
        arguments(new Unary.Clip(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY), shapes(map)),
        arguments(new Unary.HardSigmoid(0.2, 0.5), shapes(map)),
        arguments(new Unary.HardSwish(), shapes(map)),
        arguments(new Unary.Tanh(), shapes(map)),
        arguments(new Unary.Softplus(), shapes(map)),
        arguments(new Unary.Softsign(), shapes(map)),
        arguments(new Unary.Erf(), shapes(map)),
        arguments(new Unary.Exp(), shapes(map)),
        arguments(new Unary.Sqrt(), shapes(map)),
        arguments(new Unary.Abs(), shapes(map)),
        arguments(new Unary.Neg(), shapes(map)),
        arguments(new Pooling.MaxPool(3, 2, odd), shapes(map)),
        arguments(new Pooling.AveragePool(3, 2, odd, true), shapes(map)),
        arguments(new Pooling.AveragePool(3, 2, odd, false), shapes(map)),
        arguments(new Pooling.GlobalMaxPool(), shapes(map)),
        arguments(new Pooling.ReduceMean(List.of(1, 3), true), shapes(map)),
        arguments(new Pooling.ReduceMean(List.of(0, 1, 2, 3), false), shapes(map)),
        arguments(new Movement.Concat(1, 1), shapes(map)),
        arguments(
            new Movement.Concat(3, 3), shapes(map, Shape.of(3, 5, 7, 1), Shape.of(3, 5, 7, 3))),
        arguments(new Movement.Slice(2, 1, 4), shapes(map)),
        arguments(
            new Movement.Pad(List.of(0L, 0L, 1L, 3L), List.of(0L, 7L, 0L, 2L), 0.5), shapes(map)),
        arguments(new Movement.Resize(2, 3), shapes(map)));
  }

  @ParameterizedTest
  @MethodSource({"operators", "otherOperators"})
  void operatorComesBackAsWritten(Operator operator, List<Shape> shapes) {
    Graph graph = graph(operator, inputs(shapes));
    assertEquals(graph.find("y"), OnnxReader.read(OnnxWriter.toBytes(graph)).find("y"));
  }

  @ParameterizedTest
  @MethodSource({"operators", "otherOperators"})
  void float64OperatorComesBackAsWritten(Operator operator, List<Shape> shapes) {
    Graph graph = graph(operator, inputs(shapes)).withParameters(ElementType.FLOAT64);
    assertEquals(graph.find("y"), OnnxReader.read(OnnxWriter.toBytes(graph)).find("y"));
  }

  private static Operator conv(
      int outputs, int inputsPerGroup, int height, int width, Window window, int group) {
    return new Operator.Conv(
        RANDOM.normal(outputs, inputsPerGroup, height, width),
        Optional.of(RANDOM.normal(outputs)),
        window,
        group);
  }

  private static List<Shape> shapes(Shape... shapes) {
    return List.of(shapes);
  }

  private static Map<String, Tensor> inputs(List<Shape> shapes) {
    Map<String, Tensor> inputs = new LinkedHashMap<>();
    for (Shape shape : shapes) {
      inputs.put("x" + inputs.size(), RANDOM.normal(shape.toArray()));
    }
    return inputs;
  }

  private static Graph graph(Operator operator, Map<String, Tensor> inputs) {
    GraphBuilder builder = new GraphBuilder();
    inputs.forEach((name, tensor) -> builder.input(name, tensor.shape().toArray()));
    builder.add("y", operator, inputs.keySet().toArray(String[]::new));
    return builder.output("y").build();
  }

  private static Tensor expected(Operator operator, Map<String, Tensor> inputs) {
    List<Tensor> exact = new ArrayList<>();
    inputs.values().forEach(tensor -> exact.add(PlainLoops.exact(tensor)));
    return PlainLoops.run(operator, PlainLoops.shapeOf(operator, exact), exact);
  }

  private static void assertClose(Tensor expected, Tensor found) {
    assertEquals(expected.shape(), found.shape());
    double largest = 0;
    for (int i = 0; i < expected.size(); i++) {
      largest = Math.max(largest, Math.abs(expected.get(i)));
    }
    double tolerance = FLOAT32_UNIT * (ROUNDINGS + LONGEST_SUM) * largest;
    for (int i = 0; i < expected.size(); i++) {
      int index = i;
      assertEquals(expected.get(i), found.get(i), tolerance, () -> "element " + index);
    }
  }
}
