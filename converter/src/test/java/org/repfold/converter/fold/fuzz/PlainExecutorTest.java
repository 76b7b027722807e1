package org.repfold.converter.fold.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.execute.NdArrays;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.plain.Numbers;
import org.repfold.converter.plain.PlainExecutor;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Input;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** Holds the plain loops against the reference executor. */
class PlainExecutorTest {
  private static final int GRAPHS = 300;
  private static final int BATCH = 2;

  /** In roundings of each number's magnitude: both executors sum up in orders of their own. */
  private static final double ROUNDINGS = 64;

  @Test
  void everyValueOfRandomGraphsIsThatOfTheReferenceExecutor() {
    Set<String> operators = new TreeSet<>();
    for (long seed = 0; seed < GRAPHS; seed++) {
      Graph graph = RandomGraph.of(seed);
      assertSameValues(graph);
      operators.addAll(graph.operatorCounts().keySet());
    }
    assertTrue(operators.size() > 25, () -> "only " + operators);
  }

  static Stream<Operator> operatorsThatRandomGraphsDoNotHave() {
    return Stream.of(
        new Unary.ThresholdedRelu(0.5),
        new Unary.Elu(1.5),
        new Unary.Selu(1.6, 1.05),
        new Unary.HardSigmoid(0.2, 0.5),
        new Unary.Softplus(),
        new Unary.Softsign(),
        new Unary.Erf(),
        new Unary.Exp(),
        new Unary.Abs(),
        new Operator.Softmax(-1),
        new Pooling.MaxPool(3, 2, new Window(2, 1, 1, 2, 1, 0, 2, 1)),
        new Pooling.AveragePool(3, 2, new Window(2, 1, 1, 1, 1, 0, 2, 1), false),
        new Pooling.AveragePool(3, 2, new Window(2, 1, 1, 1, 1, 0, 2, 1), true),
        new Pooling.ReduceMean(List.of(1, 3), false),
        new Movement.Resize(3, 2),
        Movement.Transpose.by(0, 3, 1, 2));
  }

  @ParameterizedTest
  @MethodSource("operatorsThatRandomGraphsDoNotHave")
  void theOperatorGivesWhatTheReferenceExecutorGives(Operator operator) {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 3, 6, 5);
    graph.add("y", operator, "x");
    assertSameValues(graph.output("y").build());
  }

  private static void assertSameValues(Graph graph) {
    Random random = new Random(1);
    Map<String, double[]> inputs = new HashMap<>();
    Map<String, INDArray> arrays = new HashMap<>();
    for (Input input : graph.inputs()) {
      long[] shape = PlainExecutor.known(input.shape(), BATCH).toArray();
      int size = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      double[] elements = random.doubles(size).map(any -> random.nextGaussian()).toArray();
      inputs.put(input.name(), elements);
      arrays.put(input.name(), NdArrays.of(elements, shape));
    }
    Map<String, Numbers> plain = PlainExecutor.run(graph, inputs, BATCH);
    Map<String, INDArray> reference =
        new ReferenceExecutor(graph, ElementType.FLOAT64).run(arrays, plain.keySet());
    plain.forEach((name, numbers) -> assertClose(name, numbers, reference.get(name)));
  }

  private static void assertClose(String name, Numbers plain, INDArray reference) {
    assertArrayEquals(plain.shape().toArray(), reference.shape(), name);
    double[] expected = NdArrays.toDoubles(reference);
    for (int i = 0; i < expected.length; i++) {
      double bound = ROUNDINGS * 0x1p-53 * plain.magnitude()[i] + Double.MIN_NORMAL;
      assertEquals(expected[i], plain.value()[i], bound, name + "[" + i + "]");
    }
  }
}
