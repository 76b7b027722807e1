package org.repfold.graph;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.repfold.graph.Refusals.assertRefused;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphValidatorTest {

  @Test
  void finiteParametersPass() {
    Graph graph = normalized(1.5, 1e-5);
    assertSame(graph, GraphValidator.validate(graph));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void nonFiniteWeightIsNamedWithNodeTensorAndIndex(double value) {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", Shape.UNKNOWN, 2);
    Tensor weight = Tensor.of(Shape.of(2, 2), 1, 2, 3, value);
    builder.add("head", new Operator.Gemm(weight, Optional.empty()), "x");
    Graph graph = builder.output("head").build();
    assertRefused(() -> GraphValidator.validate(graph), "node 'head'", "weight[3]", "" + value);
  }

  @Test
  void nonFiniteConstantIsNamed() {
    GraphBuilder builder = new GraphBuilder();
    builder.add("offset", new Operator.Constant(Tensor.of(Shape.of(2), 0f, Float.NaN)));
    Graph graph = builder.output("offset").build();
    assertRefused(() -> GraphValidator.validate(graph), "node 'offset'", "value[1]", "NaN");
  }

  @ParameterizedTest
  @CsvSource({"-0.5, 1e-5", "-1e-9, 1e-5", "0, 0", "0, -1e-5"})
  void varianceThatHasNoRootIsRefused(double variance, double epsilon) {
    Graph graph = normalized(variance, epsilon);
    assertRefused(() -> GraphValidator.validate(graph), "node 'bn'", "variance[1]", "" + variance);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-3, Double.NaN, Double.POSITIVE_INFINITY})
  void epsilonThatLeavesNoRootIsRefused(double epsilon) {
    Graph graph = normalized(1, epsilon);
    assertRefused(() -> GraphValidator.validate(graph), "node 'bn'", "epsilon " + epsilon);
  }

  @Test
  void varianceOfZeroPassesWithEpsilon() {
    Graph graph = normalized(0, 1e-5);
    assertSame(graph, GraphValidator.validate(graph));
  }

  private static Graph normalized(double variance, double epsilon) {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", Shape.UNKNOWN, 2);
    Tensor ones = Tensor.vector(1, 1);
    builder.add(
        "bn",
        new Operator.BatchNormalization(ones, ones, ones, Tensor.vector(2, variance), epsilon),
        "x");
    return builder.output("bn").build();
  }
}
