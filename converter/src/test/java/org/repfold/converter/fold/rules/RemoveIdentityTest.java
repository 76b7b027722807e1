package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class RemoveIdentityTest {
  private static final Tensor ONES = Tensor.vector(1, 1, 1);
  private static final Tensor ZEROS = Tensor.vector(0, 0, 0);

  private static Graph graph(Operator operator) {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 3, 4, 5);
    graph.add("node", operator, "x");
    graph.add("y", new Unary.Relu(), "node");
    return graph.output("y").build();
  }

  private static Graph withConstant(Operator operator, Tensor constant, boolean constantFirst) {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 3, 4, 5);
    graph.add("c", new Operator.Constant(constant));
    graph.add("node", operator, constantFirst ? "c" : "x", constantFirst ? "x" : "c");
    graph.add("y", new Unary.Relu(), "node");
    return graph.output("y").build();
  }

  static Stream<Operator> identities() {
    return Stream.of(
        new Operator.Identity(),
        new Operator.BatchNormalization(ONES, ZEROS, ZEROS, ONES, 0),
        new Pooling.MaxPool(1, 1, Window.unit()),
        new Pooling.AveragePool(1, 1, Window.unit(), false),
        new Movement.Pad(List.of(0L, 0L, 0L, 0L), List.of(0L, 0L, 0L, 0L), 7),
        new Movement.Slice(2, 0, 4),
        new Movement.Concat(1, 1),
        new Movement.Resize(1, 1),
        Movement.Reshape.to(-1, 3, 4, 5),
        Movement.Transpose.by(0, 1, 2, 3));
  }

  static Stream<Operator> others() {
    return Stream.of(
        new Operator.BatchNormalization(ONES, ZEROS, ZEROS, ONES, 1e-5),
        new Operator.BatchNormalization(ONES, Tensor.vector(0, 1e-30, 0), ZEROS, ONES, 0),
        new Pooling.MaxPool(3, 3, Window.padded(1)),
        new Pooling.AveragePool(3, 3, Window.padded(1), true));
  }

  @ParameterizedTest
  @MethodSource("identities")
  void whatGivesItsOperandBackIsRemoved(Operator operator) {
    FoldFixture.of(graph(operator)).with(new RemoveIdentity()).folds().to("y");
  }

  @ParameterizedTest
  @MethodSource("others")
  void whatChangesAnyElementStays(Operator operator) {
    FoldFixture.of(graph(operator)).with(new RemoveIdentity()).unchanged();
  }

  @Test
  void aMeanOverAnAxisOfOneElementIsRemoved() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 3, 1, 1);
    graph.add("pool", new Pooling.GlobalAveragePool(), "x");
    graph.add("largest", new Pooling.GlobalMaxPool(), "pool");
    graph.add("mean", new Pooling.ReduceMean(List.of(2), true), "largest");
    graph.add("y", new Unary.Relu(), "mean");

    FoldFixture.of(graph.output("y").build()).with(new RemoveIdentity()).folds().to("y");
  }

  @Test
  void aTransposeOfAxesOfOneSizeStays() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 3, 4, 4);
    graph.add("swap", Movement.Transpose.by(0, 1, 3, 2), "x");
    graph.add("y", new Unary.Relu(), "swap");

    FoldFixture.of(graph.output("y").build()).with(new RemoveIdentity()).unchanged();
  }

  @Test
  void aMultiplicationByOneAndAnAdditionOfZeroAreRemoved() {
    Tensor ones = Tensor.of(Shape.of(3, 1, 1), 1.0, 1.0, 1.0);
    Tensor zero = Tensor.of(Shape.of(), 0.0);

    for (Graph graph :
        List.of(
            withConstant(new Operator.Mul(), ones, true),
            withConstant(new Operator.Div(), ones, false),
            withConstant(new Operator.Add(), zero, true),
            withConstant(new Operator.Sub(), zero, false))) {
      FoldFixture.of(graph).with(new RemoveIdentity()).folds().to("y");
    }
  }

  @Test
  void aConstantDividedOrLessTheValueStays() {
    Tensor zero = Tensor.of(Shape.of(), 0.0);
    Tensor one = Tensor.of(Shape.of(), 1.0);

    FoldFixture.of(withConstant(new Operator.Sub(), zero, true))
        .with(new RemoveIdentity())
        .unchanged();
    FoldFixture.of(withConstant(new Operator.Max(), one, true))
        .with(new RemoveIdentity())
        .unchanged();
  }

  @Test
  void aMultiplicationByOneThatRepeatsTheValueStays() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 1);
    graph.add("ones", new Operator.Constant(Tensor.of(Shape.of(1, 3), 1.0, 1.0, 1.0)));
    graph.add("wide", new Operator.Mul(), "x", "ones");
    graph.add("y", new Unary.Relu(), "wide");

    FoldFixture.of(graph.output("y").build()).with(new RemoveIdentity()).unchanged();
  }

  @Test
  void anOutputKeepsItsName() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 3);
    graph.add("y", new Operator.Identity(), "x");

    FoldFixture.of(graph.output("y").build()).with(new RemoveIdentity()).unchanged();
  }
}
