package org.repfold.converter.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.graph.ElementType.FLOAT32;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.onnx.OnnxWriter;

/** Every operator, written as ONNX, in ONNX Runtime against the reference executor in float32. */
class OnnxRuntimeAgreementTest {
  /** Both round each of the terms of a sum, in an order of their own. */
  private static final double EPSILON = 0x1p-23;

  /**
   * The longest sum has 637 terms, whose roundings partly cancel; ONNX Runtime's approximations of
   * functions are good to a few roundings.
   */
  private static final int ROUNDINGS = 32;

  static Stream<Arguments> operators() {
    Random random = new Random(17);
    List<Arguments> cases = new ArrayList<>();
    ReferenceExecutorTest.convolutions()
        .forEach(
            conv ->
                cases.add(
                    Arguments.of(
                        conv.type() + " " + conv.weight().shape() + " " + conv.window(),
                        conv,
                        new long[] {3, conv.inputChannels(), 13, 7})));
    for (int size : new int[] {1, 3, 7, 13}) {
      long[] map = {2, size, 5, 3};
      cases.add(
          Arguments.of(
              "Gemm " + size,
              new Operator.Gemm(tensor(random, 7, size), Optional.of(tensor(random, 7))),
              new long[] {3, size}));
      cases.add(
          Arguments.of(
              "BatchNormalization " + size,
              new Operator.BatchNormalization(
                  tensor(random, size),
                  tensor(random, size),
                  tensor(random, size),
                  positive(random, size),
                  1e-3),
              map));
      for (Operator operator :
          List.of(
              new Unary.Relu(),
              new Unary.Sigmoid(),
              new Unary.Gelu(),
              new Operator.Softmax(1),
              new Operator.Identity(),
              new Pooling.GlobalAveragePool(),
              new Movement.Flatten(),
              Movement.Reshape.to(-1, 15),
              Movement.Transpose.by(0, 2, 3, 1))) {
        cases.add(Arguments.of(operator.type() + " " + size, operator, map));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operators")
  void bothGiveTheSame(String name, Operator operator, long[] shape) throws OrtException {
    long[] open = shape.clone();
    open[0] = Shape.UNKNOWN;
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", open);
    builder.add("y", operator, "x");
    compare(builder.output("y").build(), shape, 2L * terms(operator) + 8);
  }

  static List<OperatorCases.Case> cases() {
    return OperatorCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bothGiveTheSameAtOddSizes(OperatorCases.Case given) throws OrtException {
    List<double[]> values = given.values(new Random(29));
    GraphBuilder builder = new GraphBuilder();
    Map<String, INDArray> arrays = new LinkedHashMap<>();
    for (int i = 0; i < values.size(); i++) {
      long[] shape = given.inputs().get(i).toArray();
      String name = builder.input("x" + i, shape);
      arrays.put(name, NdArrays.of(Tensor.of(given.inputs().get(i), values.get(i)), FLOAT32));
    }
    builder.add("y", given.operator(), arrays.keySet().toArray(String[]::new));
    compare(builder.output("y").build().withParameters(FLOAT32), arrays, ROUNDINGS);
  }

  @ParameterizedTest
  @MethodSource("stacks")
  void bothBroadcastStacksAndSums(long[] weight, long[] sum) throws OrtException {
    Random random = new Random(23);
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", Shape.UNKNOWN, 3, 2, 5);
    builder.add("w", new Operator.Constant(tensor(random, weight)));
    builder.add("b", new Operator.Constant(tensor(random, sum)));
    builder.add("product", new Operator.MatMul(), "x", "w");
    builder.add("sum", new Operator.Add(), "product", "b");
    builder.add("y", new Operator.Mul(), "b", "sum");
    compare(builder.output("y").build(), new long[] {4, 3, 2, 5}, 40);
  }

  static Stream<Arguments> stacks() {
    return Stream.of(
        Arguments.of(new long[] {5, 7}, new long[] {7}),
        Arguments.of(new long[] {3, 5, 7}, new long[] {3, 1, 7}),
        Arguments.of(new long[] {1, 3, 5, 1}, new long[] {1, 3, 2, 13}));
  }

  private static void compare(Graph exact, long[] shape, double roundings) throws OrtException {
    INDArray x = NdArrays.of(tensor(new Random(29), shape), FLOAT32);
    compare(exact.withParameters(FLOAT32), Map.of("x", x), roundings);
  }

  private static void compare(Graph graph, Map<String, INDArray> arrays, double roundings)
      throws OrtException {
    INDArray expected = new ReferenceExecutor(graph, FLOAT32).run(arrays).get("y");
    double[] values = NdArrays.toDoubles(expected);
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    Map<String, OnnxTensor> inputs = new HashMap<>();
    for (Map.Entry<String, INDArray> array : arrays.entrySet()) {
      FloatBuffer elements = FloatBuffer.wrap(NdArrays.toFloats(array.getValue()));
      inputs.put(
          array.getKey(), OnnxTensor.createTensor(environment, elements, array.getValue().shape()));
    }
    try (OrtSession session = environment.createSession(OnnxWriter.toBytes(graph));
        OrtSession.Result result = session.run(inputs)) {
      OnnxTensor output = (OnnxTensor) result.get(0);
      assertArrayEquals(expected.shape(), output.getInfo().getShape());
      FloatBuffer found = output.getFloatBuffer();
      double scale = 1;
      for (double value : values) {
        scale = Math.max(scale, Math.abs(value));
      }
      for (int i = 0; i < values.length; i++) {
        assertEquals(values[i], found.get(i), roundings * EPSILON * scale, "element " + i);
      }
    } finally {
      inputs.values().forEach(OnnxTensor::close);
    }
  }

  private static int terms(Operator operator) {
    if (operator instanceof Operator.Conv conv) {
      return conv.weight().size() / conv.outputChannels();
    }
    return operator instanceof Operator.Gemm gemm ? gemm.weight().size() / 7 : 15;
  }

  private static Tensor tensor(Random random, long... shape) {
    float[] elements = new float[(int) Shape.of(shape).elements()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = (float) random.nextGaussian();
    }
    return Tensor.of(Shape.of(shape), elements);
  }

  private static Tensor positive(Random random, long... shape) {
    float[] elements = tensor(random, shape).toFloats();
    for (int i = 0; i < elements.length; i++) {
      elements[i] = 0.1f + Math.abs(elements[i]);
    }
    return Tensor.of(Shape.of(shape), elements);
  }
}
