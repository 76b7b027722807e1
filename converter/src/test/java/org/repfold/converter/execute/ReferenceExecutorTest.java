package org.repfold.converter.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class ReferenceExecutorTest {
  /** Rounding of one operation; a sum of n terms may lose n of them. */
  private static final double EPSILON64 = 0x1p-52;

  private static final double EPSILON32 = 0x1p-23;

  private final Random random = new Random(7);

  static Stream<Operator.Conv> convolutions() {
    Random random = new Random(3);
    return Stream.of(
        conv(random, 1, 1, 1, 1, 1, Window.unit()),
        conv(random, 3, 7, 1, 1, 1, Window.unit()),
        conv(random, 13, 3, 3, 3, 1, Window.padded(1)),
        conv(random, 13, 9, 1, 1, 1, Window.unit()),
        conv(random, 6, 9, 3, 1, 3, Window.unit()),
        conv(random, 7, 7, 3, 3, 7, Window.padded(1)),
        conv(random, 7, 14, 3, 5, 7, new Window(1, 1, 1, 1, 1, 2, 1, 2)),
        conv(random, 4, 6, 2, 2, 2, new Window(2, 2, 1, 1, 0, 1, 1, 0)),
        conv(random, 3, 5, 3, 3, 1, new Window(2, 3, 1, 1, 1, 1, 1, 1)),
        conv(random, 3, 5, 3, 2, 1, new Window(1, 2, 2, 3, 2, 0, 1, 4)),
        conv(random, 2, 2, 7, 7, 1, new Window(3, 3, 1, 1, 3, 3, 3, 3)),
        conv(random, 13, 1, 1, 1, 1, Window.strided(2, 3)));
  }

  @ParameterizedTest
  @MethodSource("convolutions")
  void convolutionIsWhatTheLoopsSay(Operator.Conv conv) {
    for (int[] size : new int[][] {{1, 7, 7}, {3, 13, 7}, {2, 7, 13}}) {
      double[] x = normal(size[0] * conv.inputChannels() * size[1] * size[2]);
      double[] expected = PlainLoops.conv(conv, x, size[0], size[1], size[2]);
      int taps = conv.weight().size() / conv.outputChannels();
      assertBoth(conv, taps, expected, x, size[0], conv.inputChannels(), size[1], size[2]);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 9, 5", "4, 49, 3", "128, 49, 1", "7, 13, 13"})
  void groupedPointwiseConvolutionKeepsGroupsApart(int groups, int inGroup, int samples) {
    Operator.Conv conv =
        conv(random, groups * inGroup, groups * inGroup, 1, 1, groups, Window.unit());
    double[] x = normal(samples * groups * inGroup);
    double[] expected = PlainLoops.conv(conv, x, samples, 1, 1);
    assertBoth(conv, inGroup, expected, x, samples, groups * inGroup, 1, 1);
  }

  @Test
  void convolutionOfManySamplesInTurnsIsTheSame() {
    Operator.Conv conv = conv(random, 16, 2, 7, 7, 1, Window.padded(3));
    double[] x = normal(5 * 16 * 56 * 56);
    double[] expected = PlainLoops.conv(conv, x, 5, 56, 56);
    assertBoth(conv, 16 * 49, expected, x, 5, 16, 56, 56);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1", "3, 7, 13", "13, 1, 7", "1, 13, 3"})
  void gemmMultipliesByTheTransposedWeight(int rows, int inputs, int outputs) {
    for (boolean bias : new boolean[] {true, false}) {
      Operator.Gemm gemm =
          new Operator.Gemm(
              tensor(random, outputs, inputs),
              bias ? Optional.of(tensor(random, outputs)) : Optional.empty());
      double[] x = normal(rows * inputs);
      assertBoth(gemm, inputs, PlainLoops.gemm(gemm, x, rows), x, rows, inputs);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 13})
  void batchNormalizationUsesEpsilonAndAllFourParameters(int channels) {
    double[] variance = normal(channels);
    Arrays.setAll(variance, i -> Math.abs(variance[i]) + (i % 2) * 1e-7);
    Operator.BatchNormalization norm =
        new Operator.BatchNormalization(
            tensor(random, channels),
            tensor(random, channels),
            tensor(random, channels),
            Tensor.vector(variance),
            1e-3);
    double[] map = normal(3 * channels * 7 * 5);
    assertBoth(norm, 4, PlainLoops.batchNormalization(norm, map, 3, 35), map, 3, channels, 7, 5);
    double[] rows = normal(13 * channels);
    assertBoth(norm, 4, PlainLoops.batchNormalization(norm, rows, 13, 1), rows, 13, channels);
  }

  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "3, 7, 13, 1", "7, 1, 3, 13", "13, 3, 1, 7"})
  void matMulMultipliesStacks(int stack, int m, int k, int n) {
    double[] a = normal(stack * m * k);
    double[] b = normal(stack * k * n);
    double[] expected = PlainLoops.matMul(a, b, stack, m, k, n, false);
    Graph graph = twoInputs(new Operator.MatMul(), shape(stack, m, k), shape(stack, k, n));
    assertTwo(graph, k, expected, a, b);
  }

  @ParameterizedTest
  @CsvSource({"3, 7, 13, 1", "7, 1, 3, 13"})
  void matMulRepeatsTheSideWithoutAStack(int stack, int m, int k, int n) {
    double[] a = normal(stack * m * k);
    double[] b = normal(k * n);
    double[] expected = PlainLoops.matMul(a, b, stack, m, k, n, true);
    assertTwo(twoInputs(new Operator.MatMul(), shape(stack, m, k), shape(k, n)), k, expected, a, b);
    assertTwo(
        twoInputs(new Operator.MatMul(), shape(stack, m, k), shape(1, k, n)), k, expected, a, b);
  }

  @Test
  void matMulBroadcastsTwoStackAxesAgainstEachOther() {
    double[] a = normal(3 * 2 * 5);
    double[] b = normal(7 * 5 * 4);
    double[] expected = new double[3 * 7 * 2 * 4];
    for (int i = 0; i < 21; i++) {
      double[] left = Arrays.copyOfRange(a, i / 7 * 10, i / 7 * 10 + 10);
      double[] right = Arrays.copyOfRange(b, i % 7 * 20, i % 7 * 20 + 20);
      System.arraycopy(PlainLoops.matMul(left, right, 1, 2, 5, 4, false), 0, expected, i * 8, 8);
    }
    assertTwo(
        twoInputs(new Operator.MatMul(), shape(3, 1, 2, 5), shape(7, 5, 4)), 5, expected, a, b);
  }

  @ParameterizedTest
  @CsvSource({
    "3x7x5x5, 3x7x5x5",
    "3x7x5x5, 1x7x1x1",
    "3x7x5x5, 3x7x1x1",
    "3x7x5x5, 7x5x5",
    "3x1, 1x13",
    "1x7, 3x7",
    "13, 1",
    "5x3, 1x1x3",
    "1x7x3x3, 7x3x3"
  })
  void addAndMulBroadcast(String left, String right) {
    long[] a = dimensions(left);
    long[] b = dimensions(right);
    double[] x = normal((int) product(a));
    double[] y = normal((int) product(b));
    int[] index = new int[2];
    long[] result = Broadcast.shape(shapeOf(a), shapeOf(b)).toArray();
    double[] sum = new double[(int) product(result)];
    double[] times = new double[sum.length];
    for (int i = 0; i < sum.length; i++) {
      index[0] = broadcastIndex(i, result, a);
      index[1] = broadcastIndex(i, result, b);
      sum[i] = x[index[0]] + y[index[1]];
      times[i] = x[index[0]] * y[index[1]];
    }
    assertTwo(twoInputs(new Operator.Add(), a, b), 1, sum, x, y);
    assertTwo(twoInputs(new Operator.Mul(), a, b), 1, times, x, y);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 13})
  void elementwiseFunctionsAreTheirFormulas(int size) {
    double[] x = normal(2 * size * 3 * 3);
    assertBoth(new Unary.Relu(), 1, map(x, v -> Math.max(v, 0)), x, 2, size, 3, 3);
    assertBoth(new Unary.Sigmoid(), 4, map(x, v -> 1 / (1 + Math.exp(-v))), x, 2, size, 3, 3);
    assertBoth(new Operator.Identity(), 0, x, x, 2, size, 3, 3);
    assertBoth(new Movement.Flatten(), 0, x, x, 2, size, 3, 3);
    assertBoth(Movement.Reshape.to(-1, 3, 3), 0, x, x, 2, size, 3, 3);
  }

  @Test
  void geluIsExactInFloat64AlsoFarBelowZero() {
    // x / 2 * erfc(-x / sqrt 2) to 20 digits, from an arbitrary-precision library.
    double[] x = {-12.5, -8, -5, -3, -1.5, -1, -0.5, -1e-8, 0, 1e-8, 0.5, 1, 1.5, 3, 5, 8};
    double[] expected = {
      -4.665705373597142e-35,
      -4.976768459417427e-15,
      -1.4332578593959695e-06,
      -0.0040496940948902835,
      -0.1002108019032871,
      -0.15865525393145705,
      -0.15426876936299344,
      -4.999999960105772e-09,
      0.0,
      5.000000039894228e-09,
      0.34573123063700656,
      0.8413447460685429,
      1.399789198096713,
      2.99595030590511,
      4.999998566742141,
      7.999999999999995
    };
    INDArray y = run(graph(new Unary.Gelu(), x.length), ElementType.FLOAT64, x, x.length);
    double[] found = NdArrays.toDoubles(y);
    for (int i = 0; i < x.length; i++) {
      // erfc(u) has condition number 2 u^2, so an argument rounded once may lose that many units.
      double bound = (4 + 2 * x[i] * x[i]) * EPSILON64 * Math.abs(expected[i]);
      assertEquals(expected[i], found[i], bound, "gelu(" + x[i] + ")");
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, -1", "0, 0", "2, 2"})
  void softmaxSumsToOneAlongItsAxis(int axis, int written) {
    long[] shape = {3, 7, 13};
    double[] x = normal(3 * 7 * 13);
    int realAxis = written < 0 ? 3 + written : axis;
    double[] expected = new double[x.length];
    int inner = (int) product(Arrays.copyOfRange(shape, realAxis + 1, 3));
    int length = (int) shape[realAxis];
    for (int i = 0; i < x.length; i++) {
      int start = i / (inner * length) * inner * length + i % inner;
      double sum =
          IntStream.range(0, length).mapToDouble(k -> Math.exp(x[start + k * inner])).sum();
      expected[i] = Math.exp(x[i]) / sum;
    }
    assertBoth(new Operator.Softmax(written), 20, expected, x, shape);
  }

  @Test
  void softmaxOfARowFarBelowZeroIsThatOfTheRowMovedToZero() {
    double[] far = {-4096, -4097, -4098.5, -4096, -4100, -4096.25};
    double e = Math.exp(-1) + Math.exp(-2.5);
    double f = Math.exp(-4) + Math.exp(-0.25);
    double[] expected = {
      1 / (1 + e),
      Math.exp(-1) / (1 + e),
      Math.exp(-2.5) / (1 + e),
      1 / (1 + f),
      Math.exp(-4) / (1 + f),
      Math.exp(-0.25) / (1 + f)
    };
    assertBoth(new Operator.Softmax(-1), 3, expected, far, 2, 3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 13})
  void globalAveragePoolIsTheMeanOfEachChannel(int size) {
    double[] x = normal(3 * 5 * size * 7);
    double[] expected = new double[15];
    Arrays.setAll(
        expected, i -> Arrays.stream(x, i * size * 7, (i + 1) * size * 7).sum() / (size * 7));
    assertBoth(new Pooling.GlobalAveragePool(), size * 7, expected, x, 3, 5, size, 7);
  }

  @Test
  void transposeMovesAxes() {
    double[] x = normal(3 * 7 * 13 * 5);
    double[] expected = new double[x.length];
    int to = 0;
    for (int c = 0; c < 13; c++) {
      for (int a = 0; a < 3; a++) {
        for (int d = 0; d < 5; d++) {
          for (int b = 0; b < 7; b++) {
            expected[to++] = x[((a * 7 + b) * 13 + c) * 5 + d];
          }
        }
      }
    }
    assertBoth(Movement.Transpose.by(2, 0, 3, 1), 0, expected, x, 3, 7, 13, 5);
  }

  @Test
  void requestedValuesComeByNameAndOthersAreNotComputed() {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 2);
    builder.add("half", new Operator.Constant(Tensor.vector(0.5)));
    builder.add("a", new Operator.Mul(), "x", "half");
    builder.add("b", new Unary.Relu(), "a");
    builder.add("c", new Operator.Add(), "a", "b");
    Graph graph = builder.output("c").build();
    ReferenceExecutor executor = new ReferenceExecutor(graph, ElementType.FLOAT64);
    Map<String, INDArray> x = Map.of("x", NdArrays.of(new double[] {-2, 4}, 1, 2));
    Map<String, INDArray> values = executor.run(x, List.of("b", "x", "c"));
    assertEquals(List.of("b", "x", "c"), List.copyOf(values.keySet()));
    assertEquals(List.of(0.0, 2.0), list(values.get("b")));
    assertEquals(List.of(-2.0, 4.0), list(values.get("x")));
    assertEquals(List.of(-1.0, 4.0), list(values.get("c")));
  }

  @Test
  void visitedValuesAreThoseOfARunEvenOnesThatOthersTakeAndInputs() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", Shape.UNKNOWN, 3);
    graph.add("relu", new Unary.Relu(), "x");
    graph.add("sum", new Operator.Add(), "relu", "relu");
    graph.add("out", new Operator.Add(), "sum", "x");
    ReferenceExecutor executor =
        new ReferenceExecutor(graph.output("out").build(), ElementType.FLOAT64);
    Map<String, INDArray> inputs = Map.of("x", NdArrays.of(new double[] {-1, 2, 3}, 1, 3));
    List<String> names = List.of("x", "relu", "sum", "out");

    Map<String, List<Double>> visited = new HashMap<>();
    executor.visit(inputs, names, (name, value) -> visited.put(name, list(value)));

    Map<String, List<Double>> expected = new HashMap<>();
    executor.run(inputs, names).forEach((name, value) -> expected.put(name, list(value)));
    assertEquals(expected, visited);
  }

  @Test
  void aConstantIsComputedRightBeforeTheFirstNodeThatTakesIt() {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", Shape.UNKNOWN, 3);
    builder.add("unused", new Operator.Constant(tensor(random, 3, 3)));
    builder.add("first", new Operator.Constant(tensor(random, 3, 3)));
    builder.add("second", new Operator.Constant(tensor(random, 3, 3)));
    builder.add("a", new Operator.MatMul(), "x", "second");
    builder.add("b", new Operator.MatMul(), "a", "first");
    builder.add("c", new Operator.MatMul(), "b", "second");
    List<String> all = List.of("unused", "first", "second", "a", "b", "c");
    List<String> visited = new ArrayList<>();
    new ReferenceExecutor(builder.output("c").build(), ElementType.FLOAT64)
        .visit(Map.of("x", NdArrays.of(normal(6), 2, 3)), all, (name, value) -> visited.add(name));
    assertEquals(List.of("second", "a", "first", "b", "c", "unused"), visited);
  }

  static Stream<Graph> graphsOfLargeValues() {
    Random random = new Random(5);
    Operator.BatchNormalization norm =
        new Operator.BatchNormalization(
            tensor(random, 1000),
            tensor(random, 1000),
            tensor(random, 1000),
            Tensor.vector(new double[1000]),
            1e-3);
    return Stream.of(
        graph(new Operator.Identity(), 1, 1000, 2, 2),
        graph(conv(random, 1000, 1000, 1, 1, 1000, Window.unit()), 1, 1000, 2, 2),
        graph(conv(random, 1000, 1000, 3, 3, 1000, Window.padded(1)), 1, 1000, 2, 2),
        graph(new Operator.Gemm(tensor(random, 1000, 4), Optional.of(tensor(random, 1000))), 2, 4),
        graph(norm, 1, 1000, 2, 2),
        twoInputs(new Operator.MatMul(), shape(1, 40, 40), shape(2, 40, 40)),
        twoInputs(new Operator.Add(), shape(2, 1000), shape(1000)),
        twoInputs(new Operator.Max(), shape(2, 1000), shape(1000)));
  }

  @ParameterizedTest
  @MethodSource("graphsOfLargeValues")
  void aRunLeavesNothingInNativeMemory(Graph graph) {
    for (ElementType type : List.of(ElementType.FLOAT64, ElementType.FLOAT32)) {
      Map<String, INDArray> inputs = new HashMap<>();
      graph
          .inputs()
          .forEach(
              input -> {
                long[] shape = input.shape().toArray();
                inputs.put(input.name(), NdArrays.of(normal((int) product(shape)), shape));
              });
      ReferenceExecutor executor = new ReferenceExecutor(graph, type);
      long left =
          OpenBuffers.leftBy(
              () -> executor.visit(inputs, graph.outputs(), (n, y) -> NdArrays.toDoubles(y)));
      assertEquals(0, left, "numbers left in " + type);
    }
  }

  @Test
  void inputsAreLeftAsTheyAre() {
    Graph graph = graph(new Unary.Relu(), 3);
    INDArray x = NdArrays.of(new double[] {-1, 2, -3}, 3);
    new ReferenceExecutor(graph, ElementType.FLOAT64).run(x).close();
    assertEquals(List.of(-1.0, 2.0, -3.0), list(x));
  }

  @Test
  void notANumberIsPassedOn() {
    double[] x = {Double.NaN, 1, -1};
    for (Operator operator : List.of(new Unary.Relu(), new Unary.Gelu(), new Unary.Sigmoid())) {
      for (ElementType type : List.of(ElementType.FLOAT64, ElementType.FLOAT32)) {
        double[] y = NdArrays.toDoubles(run(graph(operator, 3), type, x, 3));
        assertTrue(Double.isNaN(y[0]), operator + " in " + type + " gave " + y[0]);
      }
    }
  }

  @Test
  void valuesOwnTheirMemory() {
    long[] shape = {2, 4, 3, 3};
    for (Operator operator :
        List.of(
            conv(random, 4, 2, 3, 3, 1, Window.padded(1)),
            new Unary.Relu(),
            new Unary.Gelu(),
            new Unary.Sigmoid(),
            new Operator.Softmax(1),
            new Operator.Identity(),
            new Pooling.GlobalAveragePool(),
            new Movement.Flatten(),
            Movement.Reshape.to(-1, 6),
            Movement.Transpose.by(1, 0, 3, 2))) {
      INDArray y = run(graph(operator, shape), ElementType.FLOAT32, normal(72), shape);
      assertTrue(y.closeable() && y.ordering() == 'c', operator + " gives a view");
    }
    INDArray product =
        new ReferenceExecutor(
                twoInputs(new Operator.MatMul(), shape(3, 2, 5), shape(7, 1, 5, 4)),
                ElementType.FLOAT32)
            .run(
                Map.of(
                    "a",
                    NdArrays.of(normal(30), 3, 2, 5),
                    "b",
                    NdArrays.of(normal(140), 7, 1, 5, 4)))
            .get("y");
    assertTrue(product.closeable());
  }

  @Test
  void anInputOfTheWrongShapeIsRefusedByName() {
    Graph graph = graph(new Unary.Relu(), 3);
    ReferenceExecutor executor = new ReferenceExecutor(graph, ElementType.FLOAT32);
    BadInputException e =
        assertThrows(BadInputException.class, () -> executor.run(NdArrays.of(new float[4], 4)));
    assertEquals("input 'x': expected shape [3], found [4]", e.getMessage());
    assertThrows(BadInputException.class, () -> executor.run(Map.of()));
    assertThrows(
        BadInputException.class,
        () -> executor.run(Map.of("x", NdArrays.of(new float[3], 3)), List.of("nowhere")));
  }

  @Test
  void anUnknownOperatorIsRefusedByItsNode() {
    Shape shape = Shape.of(3);
    Graph graph =
        graph(new Operator.Opaque("Odd", List.of(shape), shape, new Operator.Opaque.Body() {}), 3);
    ReferenceExecutor executor = new ReferenceExecutor(graph, ElementType.FLOAT32);
    BadInputException e =
        assertThrows(BadInputException.class, () -> executor.run(NdArrays.of(new float[3], 3)));
    assertEquals("node 'y': operator 'Odd' is unknown here and cannot be executed", e.getMessage());
  }

  @Test
  void anOpenWorkspaceAndTheDefaultTypeChangeNothing() {
    Operator.Conv conv = conv(random, 3, 5, 3, 3, 1, Window.padded(1));
    double[] x = normal(2 * 3 * 7 * 7);
    double[] expected =
        NdArrays.toDoubles(run(graph(conv, -1, 3, 7, 7), ElementType.FLOAT64, x, 2, 3, 7, 7));
    DataType before = Nd4j.dataType();
    Nd4j.setDefaultDataTypes(DataType.FLOAT16, DataType.FLOAT16);
    INDArray result;
    try (MemoryWorkspace workspace =
        Nd4j.getWorkspaceManager()
            .getAndActivateWorkspace(
                WorkspaceConfiguration.builder().initialSize(1 << 20).build(), "outer")) {
      assertTrue(workspace.isScopeActive());
      result = run(graph(conv, -1, 3, 7, 7), ElementType.FLOAT64, x, 2, 3, 7, 7);
    } finally {
      Nd4j.setDefaultDataTypes(before, before);
    }
    assertEquals(DataType.DOUBLE, result.dataType());
    assertEquals(Arrays.toString(expected), Arrays.toString(NdArrays.toDoubles(result)));
  }

  private void assertBoth(
      Operator operator, int terms, double[] expected, double[] x, long... shape) {
    long[] free = shape.clone();
    free[0] = -1;
    Graph graph = graph(operator, operator instanceof Operator.Softmax ? shape : free);
    assertClose(run(graph, ElementType.FLOAT64, x, shape), expected, terms, EPSILON64);
    assertClose(run(graph, ElementType.FLOAT32, x, shape), expected, terms, EPSILON32);
  }

  private void assertTwo(Graph graph, int terms, double[] expected, double[] a, double[] b) {
    for (ElementType type : List.of(ElementType.FLOAT64, ElementType.FLOAT32)) {
      Map<String, INDArray> inputs =
          Map.of(
              "a", NdArrays.of(a, graph.shape("a").toArray()),
              "b", NdArrays.of(b, graph.shape("b").toArray()));
      INDArray y = new ReferenceExecutor(graph, type).run(inputs).get("y");
      assertEquals(graph.shape("y").toString(), shapeOf(y.shape()).toString());
      assertClose(y, expected, terms, type == ElementType.FLOAT64 ? EPSILON64 : EPSILON32);
    }
  }

  /**
   * Inputs and parameters are rounded once and each of the terms once, relative to the largest
   * value.
   */
  private static void assertClose(INDArray found, double[] expected, int terms, double epsilon) {
    double[] values = NdArrays.toDoubles(found);
    assertEquals(expected.length, values.length);
    double scale = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    double bound = (terms + 4) * epsilon * Math.max(1, scale);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], values[i], bound, "element " + i);
    }
  }

  private static INDArray run(Graph graph, ElementType type, double[] x, long... shape) {
    INDArray result = new ReferenceExecutor(graph, type).run(NdArrays.of(x, shape));
    assertEquals(NdArrays.dataType(type), result.dataType());
    return result;
  }

  private static Graph graph(Operator operator, long... shape) {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", shape);
    builder.add("y", operator, "x");
    return builder.output("y").build();
  }

  private static Graph twoInputs(Operator operator, long[] a, long[] b) {
    GraphBuilder builder = new GraphBuilder();
    builder.input("a", a);
    builder.input("b", b);
    builder.add("y", operator, "a", "b");
    return builder.output("y").build();
  }

  private static Operator.Conv conv(
      Random random, int inputs, int outputs, int kh, int kw, int group, Window window) {
    return new Operator.Conv(
        tensor(random, outputs, inputs / group, kh, kw),
        outputs % 2 == 1 ? Optional.of(tensor(random, outputs)) : Optional.empty(),
        window,
        group);
  }

  private static Tensor tensor(Random random, long... shape) {
    double[] elements = new double[(int) product(shape)];
    Arrays.setAll(elements, i -> random.nextGaussian());
    return PlainLoops.tensor(elements, shape);
  }

  private double[] normal(int size) {
    double[] values = new double[size];
    Arrays.setAll(values, i -> random.nextGaussian());
    return values;
  }

  private static double[] map(double[] x, java.util.function.DoubleUnaryOperator function) {
    return Arrays.stream(x).map(function).toArray();
  }

  private static long[] shape(long... dimensions) {
    return dimensions;
  }

  private static Shape shapeOf(long[] dimensions) {
    return Shape.of(dimensions);
  }

  private static long[] dimensions(String text) {
    return Arrays.stream(text.split("x")).mapToLong(Long::parseLong).toArray();
  }

  private static long product(long[] dimensions) {
    return Arrays.stream(dimensions).reduce(1, (a, b) -> a * b);
  }

  private static int broadcastIndex(int flat, long[] result, long[] operand) {
    int index = 0;
    int stride = 1;
    for (int i = 1; i <= result.length; i++) {
      int position = (int) (flat % result[result.length - i]);
      flat /= (int) result[result.length - i];
      if (i <= operand.length) {
        index += operand[operand.length - i] == 1 ? 0 : position * stride;
        stride *= (int) operand[operand.length - i];
      }
    }
    return index;
  }

  private static List<Double> list(INDArray array) {
    return Arrays.stream(NdArrays.toDoubles(array)).boxed().toList();
  }
}
