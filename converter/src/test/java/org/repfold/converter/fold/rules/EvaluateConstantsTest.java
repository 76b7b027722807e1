package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

class EvaluateConstantsTest {
  private final RandomOperators random = new RandomOperators(11);

  static Stream<Operator> ofOne() {
    return Stream.of(
        new Unary.Relu(),
        new Unary.LeakyRelu(0.2),
        new Unary.Clip(-0.5, 0.25),
        new Unary.Sigmoid(),
        new Unary.Tanh(),
        new Unary.Exp(),
        new Unary.Abs(),
        new Unary.Neg(),
        new Operator.Identity(),
        new Operator.Softmax(-1),
        new Operator.Softmax(1),
        new Pooling.ReduceMean(List.of(1, 3), true),
        new Pooling.ReduceMean(List.of(0, 2), false),
        new Movement.Flatten(),
        Movement.Reshape.to(6, -1, 2),
        Movement.Transpose.by(2, 0, 3, 1),
        new Movement.Slice(2, 1, 3),
        new Movement.Pad(List.of(0L, 1L, 0L, 2L), List.of(1L, 0L, 3L, 0L), 0.5),
        new Movement.Resize(2, 3));
  }

  static Stream<Operator> ofTwo() {
    return Stream.of(
        new Operator.Add(),
        new Operator.Sub(),
        new Operator.Mul(),
        new Operator.Div(),
        new Operator.Max(),
        new Operator.Min());
  }

  private void evaluates(Operator operator, Tensor... operands) {
    GraphBuilder graph = new GraphBuilder();
    String[] names = new String[operands.length];
    for (int i = 0; i < names.length; i++) {
      names[i] = graph.add("c" + i, new Operator.Constant(operands[i]));
    }
    graph.input("x", 1);
    graph.add("node", operator, names);
    graph.add("y", new Operator.Mul(), "node", "x");
    Graph built = graph.output("y").build();

    FoldFixture.of(built).with(new EvaluateConstants()).folds().to("y");
  }

  @ParameterizedTest
  @MethodSource("ofOne")
  void anOperatorOfAConstantBecomesAConstant(Operator operator) {
    evaluates(operator, random.tensor(2, 3, 4, 2));
  }

  @ParameterizedTest
  @MethodSource("ofTwo")
  void arithmeticOfConstantsBecomesAConstant(Operator operator) {
    evaluates(operator, random.tensor(2, 1, 4), random.tensor(3, 1));
  }

  @Test
  void matricesAreMultiplied() {
    evaluates(new Operator.MatMul(), random.tensor(3, 1, 2, 4), random.tensor(5, 4, 3));
  }

  @Test
  void constantsAreJoined() {
    evaluates(new Movement.Concat(1, 2), random.tensor(2, 3, 2), random.tensor(2, 1, 2));
  }

  @Test
  void aRootIsTaken() {
    evaluates(new Unary.Sqrt(), Tensor.vector(0.25, 2, 1e-30));
  }

  @Test
  void wholeExpressionsAreEvaluated() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 3);
    graph.add("weight", new Operator.Constant(random.tensor(4, 3)));
    graph.add("transposed", Movement.Transpose.by(1, 0), "weight");
    graph.add("mean", new Pooling.ReduceMean(List.of(0), true), "transposed");
    graph.add("centred", new Operator.Sub(), "transposed", "mean");
    graph.add("y", new Operator.MatMul(), "x", "centred");

    FoldFixture.of(graph.output("y").build()).with(new EvaluateConstants()).folds().to("y");
  }

  @Test
  void aSmallConstantIsNotRepeatedToALargeOne() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", 1);
    graph.add("column", new Operator.Constant(Tensor.of(Shape.of(2000, 1), new double[2000])));
    graph.add("row", new Operator.Constant(Tensor.of(Shape.of(1, 2000), new double[2000])));
    graph.add("table", new Operator.Add(), "column", "row");
    graph.add("mean", new Pooling.ReduceMean(List.of(0, 1), false), "table");
    graph.add("y", new Operator.Mul(), "mean", "x");

    FoldFixture.of(graph.output("y").build()).with(new EvaluateConstants()).unchanged();
  }

  @Test
  void wholeNumbersAreLeftAlone() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", 1);
    graph.add("seven", new Operator.Constant(Tensor.of(Shape.of(1), 7L)));
    graph.add("two", new Operator.Constant(Tensor.of(Shape.of(1), 2L)));
    graph.add("quotient", new Operator.Div(), "seven", "two");
    graph.add("y", new Operator.Mul(), "quotient", "x");

    FoldFixture.of(graph.output("y").build()).with(new EvaluateConstants()).unchanged();
  }
}
