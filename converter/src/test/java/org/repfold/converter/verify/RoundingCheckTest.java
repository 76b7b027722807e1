package org.repfold.converter.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

class RoundingCheckTest {
  @Test
  void nearestNumbersPass() {
    Rounding result =
        RoundingCheck.compare(
            exact(0.1, 1 + 0x1p-24, 0, 1e-42), shipped(0.1f, 1, 0, (float) 1e-42));
    assertTrue(result.passed(), "" + result.failures());
    assertEquals(0.5, result.maxUlp());
    assertEquals(4, result.values());
    assertEquals(1, result.correctlyRounded());
    assertEquals(1, result.worst().index());
  }

  @Test
  void theOtherNeighbourOfATieIsWithinTheBoundButNotCorrectlyRounded() {
    Rounding result = RoundingCheck.compare(exact(1 + 0x1p-24, 3), shipped(Math.nextUp(1f), 3));
    assertTrue(result.passed());
    assertEquals(0.5, result.correctlyRounded());
  }

  @Test
  void justBeyondTheBoundFails() {
    double exact = 1 + 0x1p-24 * (1 + 0x1p-27);
    assertTrue(RoundingCheck.compare(exact(1 + 0x1p-24 * (1 + 0x1p-29)), shipped(1)).passed());
    assertFalse(RoundingCheck.compare(exact(exact), shipped(1)).passed());
  }

  @Test
  void aSubnormalThatWasFlushedFails() {
    Rounding result = RoundingCheck.compare(exact(1e-42), shipped(0));
    assertFalse(result.passed());
    assertTrue(result.maxUlp() > 700);
  }

  @Test
  void overflowFailsNamingTheTensor() {
    Rounding result = RoundingCheck.compare(exact(1, 1e39), shipped(1, Float.POSITIVE_INFINITY));
    assertFalse(result.passed());
    assertNull(result.maxUlp());
    assertEquals(
        "node 'y': weight[1]: expected a number that float32 holds, found 1.0E39",
        result.failures().get(0));
  }

  @Test
  void negativeZeroCountsAsZero() {
    Rounding result = RoundingCheck.compare(exact(-0.0), shipped(0));
    assertTrue(result.passed());
    assertNull(result.worst());
  }

  @Test
  void noParameterIsAFailure() {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 3);
    builder.add("y", new Unary.Relu(), "x");
    Graph graph = builder.output("y").build();
    assertFalse(RoundingCheck.compare(graph, graph).passed());
  }

  @Test
  void anotherAttributeIsAFailure() {
    assertFalse(RoundingCheck.compare(reshaped(-1, 4), reshaped(-1, 2)).passed());
    assertTrue(RoundingCheck.compare(reshaped(-1, 4), reshaped(-1, 4)).passed());
  }

  private static Graph exact(double... weight) {
    return graph(Tensor.of(Shape.of(weight.length, 1), weight));
  }

  private static Graph shipped(float... weight) {
    return graph(Tensor.of(Shape.of(weight.length, 1), weight));
  }

  private static Graph graph(Tensor weight) {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 1);
    builder.add("y", new Operator.Gemm(weight, Optional.empty()), "x");
    return builder.output("y").build();
  }

  private static Graph reshaped(long... shape) {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 4);
    builder.add("c", new Operator.Constant(Tensor.vector(2)));
    builder.add("m", new Operator.Mul(), "x", "c");
    builder.add("y", Movement.Reshape.to(shape), "m");
    return builder.output("y").build();
  }
}
