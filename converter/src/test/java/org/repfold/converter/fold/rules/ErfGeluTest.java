package org.repfold.converter.fold.rules;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

class ErfGeluTest {
  private final Tokens tokens = new Tokens(new RandomOperators(34));

  private static Tensor scalar(double number) {
    return Tensor.of(Shape.of(), number);
  }

  private FoldFixture fixture(Operator scaling, Tensor divisor, double one, boolean swapped) {
    tokens.graph.input("x", -1, 3, 4);
    tokens.with("div", scaling, "x", divisor);
    tokens.graph.add("erf", new Unary.Erf(), "div");
    tokens.with("sum", new Operator.Add(), "erf", scalar(one));
    tokens.graph.add("mul", new Operator.Mul(), swapped ? "sum" : "x", swapped ? "x" : "sum");
    tokens.graph.add("y", new Unary.Relu(), "mul");
    return FoldFixture.of(tokens.graph.output("y").build()).with(new ErfGelu());
  }

  @Test
  void aRootOfTwoRoundedToFloat32IsStillExact() {
    fixture(new Operator.Div(), scalar((float) Math.sqrt(2)), 1, false)
        .folds()
        .to("mul/argument mul/gelu mul y");
  }

  @Test
  void theProductMayBeWrittenEitherWay() {
    fixture(new Operator.Div(), scalar(1.5), 1, true).folds().expecting(Unary.Gelu.class, 1);
  }

  @Test
  void theArgumentMayBeMultiplied() {
    fixture(new Operator.Mul(), Tensor.vector(0.7, -2, 3, 1), 1, false)
        .folds()
        .to("mul/argument mul/gelu mul y");
  }

  @Test
  void anotherSumIsLeftAlone() {
    fixture(new Operator.Div(), scalar(1.5), 2, false).unchanged();
  }

  @Test
  void aShiftedArgumentIsLeftAlone() {
    fixture(new Operator.Add(), scalar(1.5), 1, false).unchanged();
  }

  @ParameterizedTest
  @ValueSource(strings = {"div", "erf", "sum"})
  void whatSomethingElseTakesAPartOfIsLeftAlone(String part) {
    tokens.graph.output(part);

    fixture(new Operator.Div(), scalar(1.5), 1, false).unchanged();
  }

  @Test
  void theScalesGoIntoTheLayersAround() {
    tokens.graph.input("in", -1, 3, 4);
    tokens.dense("fc1", "in", 4, 8);
    tokens.gelu("gelu", "fc1");
    tokens.dense("fc2", "gelu", 8, 4);

    FoldFixture.of(tokens.graph.output("fc2").build())
        .withAllRules()
        .folds()
        .to("fc1.product fc1 gelu.mul/gelu fc2.product fc2");
  }
}
