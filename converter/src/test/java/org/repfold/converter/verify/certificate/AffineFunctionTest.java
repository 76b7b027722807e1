package org.repfold.converter.verify.certificate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.converter.plain.Numbers;
import org.repfold.converter.plain.PlainExecutor;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class AffineFunctionTest {
  /** Matrix times input against plain loops: a few dozen roundings of 1.1e-16 in any order. */
  private static final double TOLERANCE = 1e-14;

  private static final RandomOperators RANDOM = new RandomOperators(3);
  private static final Window UNEVEN = new Window(2, 1, 1, 2, 1, 0, 2, 3);
  private static final Window UNEVEN_POOL = new Window(2, 1, 2, 2, 1, 0, 2, 3);

  private static Arguments operator(Operator operator, long... operand) {
    return operator(operator, List.of(operand));
  }

  private static Arguments operator(Operator operator, List<long[]> operands, Object... constants) {
    GraphBuilder graph = new GraphBuilder();
    List<String> names = new ArrayList<>();
    for (long[] shape : operands) {
      names.add(graph.input("x" + names.size(), shape));
    }
    for (Object constant : constants) {
      names.add(
          graph.add("c" + names.size(), new Operator.Constant(RANDOM.tensor((long[]) constant))));
    }
    graph.add("y", operator, names.toArray(String[]::new));
    return Arguments.of(
        operator.type() + operands.stream().map(java.util.Arrays::toString).toList(),
        graph.output("y").build());
  }

  private static Arguments constantFirst(Operator operator, long[] constant, long... operand) {
    GraphBuilder graph = new GraphBuilder();
    graph.add("c", new Operator.Constant(RANDOM.tensor(constant)));
    graph.input("x", operand);
    graph.add("y", operator, "c", "x");
    return Arguments.of(operator.type() + " with a constant first", graph.output("y").build());
  }

  static Stream<Arguments> operators() {
    return Stream.of(
        operator(RANDOM.conv(4, 6, 3, 1, 2), 2, 4, 5, 3),
        operator(RANDOM.conv(4, 8, 1, 0, 4), 1, 4, 3, 3),
        operator(RANDOM.conv(3, 2, 2, 3, UNEVEN, 1), 2, 3, 6, 5),
        operator(RANDOM.conv(6, 4, 1, 0, 2), 3, 6, 1, 1),
        operator(
            new Operator.ConvTranspose(
                RANDOM.tensor(4, 3, 3, 2),
                Optional.of(RANDOM.tensor(6)),
                new Window(2, 3, 1, 2, 1, 0, 0, 1),
                2),
            2,
            4,
            3,
            4),
        operator(RANDOM.gemm(5, 3), 2, 5),
        operator(RANDOM.batchNorm(3), 2, 3, 2, 2),
        operator(RANDOM.batchNorm(3), 2, 3),
        operator(new Operator.Add(), List.of(new long[] {2, 3, 4}, new long[] {3, 1})),
        operator(new Operator.Sub(), List.of(new long[] {3, 1}, new long[] {2, 3, 4})),
        operator(new Operator.Add(), List.of(new long[] {2, 3}), new long[] {2, 2, 1}),
        operator(new Operator.Sub(), List.of(new long[] {2, 3}), new long[] {3}),
        operator(new Operator.Mul(), List.of(new long[] {2, 3, 1}), new long[] {3, 4}),
        operator(new Operator.Div(), List.of(new long[] {2, 3, 2}), new long[] {3, 1}),
        constantFirst(new Operator.Mul(), new long[] {3, 1}, 2, 3, 2),
        constantFirst(new Operator.Sub(), new long[] {3, 1}, 2, 3, 2),
        operator(new Operator.MatMul(), List.of(new long[] {2, 3, 4}), new long[] {4, 5}),
        operator(new Operator.MatMul(), List.of(new long[] {3, 4}), new long[] {2, 4, 5}),
        constantFirst(new Operator.MatMul(), new long[] {3, 4}, 2, 4, 5),
        constantFirst(new Operator.MatMul(), new long[] {2, 3, 4}, 4, 5),
        operator(new Operator.Identity(), 2, 3),
        operator(new Unary.Neg(), 2, 3),
        operator(new Movement.Flatten(), 2, 3, 4),
        operator(Movement.Reshape.to(3, -1), 2, 3, 4),
        operator(Movement.Transpose.by(2, 0, 1), 2, 3, 4),
        operator(Movement.Transpose.by(1, 0, 2), 1, 3, 4),
        operator(
            new Movement.Concat(1, 3),
            List.of(new long[] {2, 1, 2}, new long[] {2, 3, 2}, new long[] {2, 2, 2})),
        operator(new Movement.Slice(1, 1, 3), 2, 4, 3),
        operator(new Movement.Slice(0, 0, 1), 2, 20),
        operator(new Movement.Pad(List.of(0L, 1L), List.of(2L, 0L), 0), 2, 3),
        operator(new Movement.Pad(List.of(0L, 1L, 2L), List.of(0L, 3L, 0L), -1.5), 2, 3, 2),
        operator(new Movement.Resize(2, 3), 2, 2, 3, 2),
        operator(new Pooling.GlobalAveragePool(), 2, 3, 3, 2),
        operator(new Pooling.ReduceMean(List.of(0, 2), true), 2, 3, 4),
        operator(new Pooling.ReduceMean(List.of(1, 3), false), 2, 3, 4, 2),
        operator(new Pooling.AveragePool(2, 3, UNEVEN_POOL, true), 2, 2, 5, 6),
        operator(new Pooling.AveragePool(2, 3, UNEVEN_POOL, false), 2, 2, 5, 6));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("operators")
  void itsMatrixAndShiftGiveWhatTheOperatorComputes(String name, Graph graph) {
    assertComputes(graph);
  }

  @Test
  void waysThatPartAndMeetAddUp() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", 2, 4, 3, 3);
    graph.add("a", RANDOM.conv(4, 4, 3, 1, 2), "x");
    graph.add("b", RANDOM.batchNorm(4), "x");
    graph.add("c", new Operator.Add(), "a", "b");
    graph.add("d", new Operator.Sub(), "c", "a");
    graph.add("e", new Movement.Flatten(), "d");
    graph.add("f", RANDOM.gemm(36, 3), "e");

    assertComputes(graph.output("f").output("c").build());
  }

  @Test
  void aValueAddedToItselfCountsTwice() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", 1, 2);
    graph.add("y", new Operator.Add(), "x", "x");
    AffineFunction function = new AffineFunction(graph.output("y").build());

    function.write("y", 1);

    assertEquals(2, function.input(0).factors[1]);
    assertEquals(0, function.input(0).factors[0]);
  }

  @Test
  void magnitudesKeepWhatCancels() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", 1, 2);
    graph.add("n", new Unary.Neg(), "x");
    graph.add("y", new Operator.Add(), "x", "n");
    AffineFunction function = new AffineFunction(graph.output("y").build());

    function.write("y", 0);

    assertEquals(0, function.input(0).factors[0]);
    assertEquals(2, function.input(0).magnitudes[0]);
  }

  private static void assertComputes(Graph graph) {
    Random random = new Random(5);
    Map<String, double[]> inputs = new HashMap<>();
    graph
        .inputs()
        .forEach(
            input ->
                inputs.put(
                    input.name(),
                    random
                        .doubles(input.shape().elements())
                        .map(u -> random.nextGaussian())
                        .toArray()));
    Map<String, Numbers> values = PlainExecutor.run(graph, inputs, 1);
    AffineFunction function = new AffineFunction(graph);
    for (String output : graph.outputs()) {
      Numbers expected = values.get(output);
      for (int i = 0; i < expected.value().length; i++) {
        function.write(output, i);
        double found = function.shift();
        double magnitude = function.shiftMagnitude();
        for (int input = 0; input < graph.inputs().size(); input++) {
          double[] x = inputs.get(graph.inputs().get(input).name());
          Row row = function.input(input);
          for (int column = 0; column < x.length; column++) {
            found += row.factors[column] * x[column];
            magnitude += row.magnitudes[column] * Math.abs(x[column]);
          }
        }
        assertEquals(expected.value()[i], found, TOLERANCE * magnitude, output + " element " + i);
        assertTrue(Math.abs(found) <= magnitude * (1 + TOLERANCE));
      }
    }
  }
}
