package org.repfold.converter.execute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.plain.Numbers;
import org.repfold.converter.plain.PlainExecutor;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** Every operator against plain loops over indices. */
class OperatorsTest {
  /**
   * How many roundings may add up: in sums of up to 637 terms, whose roundings partly cancel, and
   * in the few steps of a function; in float32 of operands and parameters too.
   */
  private static final int ROUNDINGS = 32;

  static List<OperatorCases.Case> cases() {
    return OperatorCases.all();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void operatorIsWhatTheLoopsSay(OperatorCases.Case given) {
    Numbers expected = expected(given);
    for (ElementType type : List.of(ElementType.FLOAT64, ElementType.FLOAT32)) {
      List<INDArray> operands = operands(given, type);
      double[] values =
          NdArrays.toDoubles(new Evaluation(type).evaluate(given.operator(), operands));
      for (int i = 0; i < values.length; i++) {
        double bound = ROUNDINGS * epsilon(type) * expected.magnitude()[i];
        assertEquals(expected.value()[i], values[i], bound, "element " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void resultIsRowMajorAndOwnsItsMemory(OperatorCases.Case given) {
    Shape shape = expected(given).shape();
    for (ElementType type : List.of(ElementType.FLOAT64, ElementType.FLOAT32)) {
      INDArray y = new Evaluation(type).evaluate(given.operator(), operands(given, type));
      assertEquals(NdArrays.dataType(type), y.dataType());
      assertEquals(shape, Shape.of(y.shape()));
      assertTrue(y.closeable() && y.ordering() == 'c', "a view");
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void operandsAreLeftAsTheyAre(OperatorCases.Case given) {
    List<INDArray> operands = operands(given, ElementType.FLOAT64);
    new Evaluation(ElementType.FLOAT64).evaluate(given.operator(), operands).close();
    List<double[]> values = given.values(new Random(5));
    for (int i = 0; i < values.size(); i++) {
      assertArrayEquals(values.get(i), NdArrays.toDoubles(operands.get(i)));
    }
  }

  /** To 17 digits, from an arbitrary-precision library, at the arguments of {@link #POINTS}. */
  static Stream<Arguments> functions() {
    return Stream.of(
        function(
            new Unary.Tanh(),
            -1.0,
            -0.9999999999722241,
            -0.9950547536867305,
            -0.46211715726000974,
            -1e-09,
            1e-300,
            1e-09,
            0.9950547536867305,
            1.0),
        function(
            new Unary.Elu(1.5),
            -1.5,
            -1.4999944100202418,
            -1.4253193974482041,
            -0.5902040104310499,
            -1.49999999925e-09,
            1e-300,
            1e-09,
            3.0,
            800.0),
        function(
            new Unary.Softplus(),
            4.248354255291589e-18,
            3.7266462281239904e-06,
            0.04858735157374206,
            0.4740769841801067,
            0.6931471800599454,
            0.6931471805599453,
            0.6931471810599453,
            3.048587351573742,
            800.0),
        function(
            new Unary.Softsign(),
            -0.975609756097561,
            -0.9259259259259259,
            -0.75,
            -0.3333333333333333,
            -9.999999990000001e-10,
            1e-300,
            9.999999990000001e-10,
            0.75,
            0.9987515605493134),
        function(
            new Unary.Erf(),
            -1.0,
            -1.0,
            -0.9999779095030014,
            -0.5204998778130465,
            -1.1283791670955127e-09,
            1.1283791670955126e-300,
            1.1283791670955127e-09,
            0.9999779095030014,
            1.0),
        function(
            new Unary.Sigmoid(),
            4.248354255291589e-18,
            3.7266392841865614e-06,
            0.04742587317756678,
            0.37754066879814546,
            0.49999999975,
            0.5,
            0.50000000025,
            0.9525741268224333,
            1.0));
  }

  private static final double[] POINTS = {-40, -12.5, -3, -0.5, -1e-9, 1e-300, 1e-9, 3, 800};

  private static Arguments function(Unary operator, double... values) {
    return Arguments.of(operator, values);
  }

  @ParameterizedTest
  @MethodSource("functions")
  void functionKeepsItsDigitsNearZeroAndFarOut(Unary operator, double[] expected) {
    double[] found = NdArrays.toDoubles(evaluate(operator, ElementType.FLOAT64, POINTS));
    for (int i = 0; i < POINTS.length; i++) {
      // The functions of the Java library are good to 2.5 units in the last place.
      assertEquals(expected[i], found[i], 4 * Math.ulp(expected[i]), "at " + POINTS[i]);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ElementType.class,
      names = {"FLOAT64", "FLOAT32"})
  void notANumberIsPassedOn(ElementType type) {
    for (Operator operator :
        List.of(
            new Pooling.MaxPool(1, 3, Window.unit()),
            new Pooling.GlobalMaxPool(),
            new Unary.Clip(0, 6),
            new Unary.ThresholdedRelu(1),
            new Unary.HardSwish(),
            new Unary.LeakyRelu(0.1),
            new Unary.Softplus())) {
      double[] y = NdArrays.toDoubles(evaluate(operator, type, 1, Double.NaN, 2));
      assertTrue(Double.isNaN(y[y.length / 2]), operator + " gave " + y[y.length / 2]);
    }
    INDArray wrong = operand(type, 1, Double.NaN, 2);
    INDArray right = operand(type, 5, 5, 5);
    for (Operator operator : List.of(new Operator.Max(), new Operator.Min())) {
      for (List<INDArray> both : List.of(List.of(wrong, right), List.of(right, wrong))) {
        assertTrue(
            Double.isNaN(NdArrays.toDoubles(new Evaluation(type).evaluate(operator, both))[1]));
      }
    }
  }

  @Test
  void varianceOfLayerNormalizationDoesNotCancel() {
    Operator norm = new Operator.LayerNormalization(Tensor.vector(1, 1, 1), Optional.empty(), 0);
    double[] y = NdArrays.toDoubles(evaluate(norm, ElementType.FLOAT64, 1e9 - 1, 1e9, 1e9 + 1));
    assertArrayEquals(new double[] {-Math.sqrt(1.5), 0, Math.sqrt(1.5)}, y, 1e-15);
  }

  @Test
  void operatorThatNothingHereKnowsIsRefusedByItsKind() {
    Operator opaque =
        new Operator.Opaque(
            "com.example.Odd", List.of(Shape.of(3)), Shape.of(3), new Operator.Opaque.Body() {});
    BadInputException e =
        assertThrows(BadInputException.class, () -> evaluate(opaque, ElementType.FLOAT64, 1, 2, 3));
    assertTrue(e.getMessage().contains("com.example.Odd"), e.getMessage());
  }

  private static INDArray evaluate(Operator operator, ElementType type, double... x) {
    return new Evaluation(type).evaluate(operator, List.of(operand(type, x)));
  }

  private static INDArray operand(ElementType type, double... x) {
    return NdArrays.of(Tensor.of(Shape.of(1, 1, 1, x.length), x), type);
  }

  private static double epsilon(ElementType type) {
    return type == ElementType.FLOAT64 ? 0x1p-52 : 0x1p-23;
  }

  private static List<INDArray> operands(OperatorCases.Case given, ElementType type) {
    List<double[]> values = given.values(new Random(5));
    return Stream.iterate(0, i -> i < values.size(), i -> i + 1)
        .map(i -> NdArrays.of(Tensor.of(given.inputs().get(i), values.get(i)), type))
        .toList();
  }

  private static Numbers expected(OperatorCases.Case given) {
    List<double[]> values = given.values(new Random(5));
    Map<String, double[]> inputs = new HashMap<>();
    GraphBuilder builder = new GraphBuilder();
    String[] names = new String[values.size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = "x" + i;
      builder.input(names[i], given.inputs().get(i).toArray());
      inputs.put(names[i], values.get(i));
    }
    builder.add("y", given.operator(), names);
    return PlainExecutor.run(builder.output("y").build(), inputs, 1).get("y");
  }
}
