package org.repfold.converter.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphValidator;
import org.repfold.graph.Input;
import org.repfold.graph.Shape;

/** States what folding makes of a graph, and that the function stays the same. */
public final class FoldFixture {
  /**
   * float64 rounding over the reductions of the small test graphs, relative to the largest output.
   */
  public static final double TOLERANCE = 1e-12;

  private static final long SEED = 20240607;
  private static final int BATCH = 3;

  private FoldFixture() {}

  /** Folds with the given rules; fails if none applied, or if the function changed. */
  public static Graph assertFolds(Graph graph, FoldRule... rules) {
    Folding folding = new Folder(List.of(rules)).apply(graph);
    assertFalse(folding.steps().isEmpty(), () -> "no rule applied; refusals " + folding.refusals());
    assertSameFunction(graph, GraphValidator.validate(folding.folded()));
    assertEquivalentsAreEqual(folding);
    return folding.folded();
  }

  /** Folds with the given rules; fails if any applied, or if none gave a reason. */
  public static Refusal assertRefuses(Graph graph, FoldRule... rules) {
    Folding folding = new Folder(List.of(rules)).apply(graph);
    assertTrue(folding.steps().isEmpty(), () -> "applied " + folding.steps());
    assertEquals(1, folding.refusals().size(), () -> "refusals " + folding.refusals());
    return folding.refusals().get(0);
  }

  /** Fails if the two graphs give different outputs in float64 for a random input. */
  public static void assertSameFunction(Graph expected, Graph actual) {
    assertEquals(expected.outputs(), actual.outputs());
    Map<String, INDArray> inputs = randomInputs(expected);
    Map<String, INDArray> before = new ReferenceExecutor(expected, ElementType.FLOAT64).run(inputs);
    Map<String, INDArray> after = new ReferenceExecutor(actual, ElementType.FLOAT64).run(inputs);
    for (String output : expected.outputs()) {
      assertClose(output, before.get(output), after.get(output));
    }
  }

  static void assertEquivalentsAreEqual(Folding folding) {
    Map<String, INDArray> inputs = randomInputs(folding.source());
    Map<String, INDArray> before =
        new ReferenceExecutor(folding.source(), ElementType.FLOAT64)
            .run(inputs, folding.equivalents().values());
    Map<String, INDArray> after =
        new ReferenceExecutor(folding.folded(), ElementType.FLOAT64)
            .run(inputs, folding.equivalents().keySet());
    folding
        .equivalents()
        .forEach((deploy, train) -> assertClose(deploy, before.get(train), after.get(deploy)));
  }

  private static Map<String, INDArray> randomInputs(Graph graph) {
    Map<String, INDArray> inputs = new HashMap<>();
    for (Input input : graph.inputs()) {
      long[] shape =
          Arrays.stream(input.shape().toArray()).map(d -> d == Shape.UNKNOWN ? BATCH : d).toArray();
      int length = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      inputs.put(
          input.name(),
          Nd4j.createFromArray(new RandomOperators(SEED).tensor(length).toDoubles())
              .castTo(DataType.DOUBLE)
              .reshape('c', shape));
    }
    return inputs;
  }

  private static void assertClose(String value, INDArray expected, INDArray actual) {
    assertEquals(
        Arrays.toString(expected.shape()), Arrays.toString(actual.shape()), "shape of " + value);
    double largest = expected.amaxNumber().doubleValue();
    double error = expected.sub(actual).amaxNumber().doubleValue();
    assertTrue(
        error <= TOLERANCE * largest,
        () -> value + " differs by " + error + " where the largest is " + largest);
  }
}
