package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class LinearScaleTest {
  private final RandomOperators random = new RandomOperators(21);
  private final Tokens tokens = new Tokens(random);

  private FoldFixture fixture(String output) {
    return FoldFixture.of(tokens.graph.output(output).build()).with(new LinearScale());
  }

  @Test
  void aScaleForEachChannelGoesIntoTheConvolution() {
    tokens.graph.input("x", -1, 2, 5, 5);
    tokens.graph.add("conv", random.conv(2, 4, 3, 1, 2), "x");
    tokens.scaled("scale", "conv", 4, 1, 1);
    tokens.graph.add("y", new Unary.Relu(), "scale");

    fixture("y").folds().to("conv y");
  }

  @Test
  void aDivisionByOneNumberGoesIntoTheTransposedConvolution() {
    tokens.graph.input("x", -1, 4, 3, 3);
    tokens.graph.add(
        "up",
        new Operator.ConvTranspose(
            random.tensor(4, 3, 3, 2), Optional.empty(), new Window(2, 1, 1, 1, 1, 0, 0, 1), 2),
        "x");
    tokens.with("scale", new Operator.Div(), "up", Tensor.of(Shape.of(), -3.0));
    tokens.graph.add("y", new Unary.Relu(), "scale");

    fixture("y").folds().to("up y");
  }

  @Test
  void layerScaleGoesIntoTheMatrixAndTheAddedBias() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.dense("fc", "x", 6, 4);
    tokens.scaled("ls", "fc", 4);
    tokens.graph.add("y", new Unary.Relu(), "ls");

    fixture("y").folds().to("fc.product fc y");
  }

  @Test
  void aScaleGoesThroughATransposeIntoTheMatrix() {
    tokens.graph.input("x", -1, 4, 6);
    tokens.product("fc", "x", 6, 3);
    tokens.swapped("back", "fc");
    tokens.scaled("ls", "back", 3, 1);
    tokens.graph.add("y", new Unary.Relu(), "ls");

    fixture("y").folds().to("fc back y");
  }

  @Test
  void aMatrixOnTheLeftIsScaledToo() {
    tokens.graph.input("x", -1, 4, 6);
    tokens.graph.add("w", new Operator.Constant(random.tensor(3, 4)));
    tokens.graph.add("mix", new Operator.MatMul(), "w", "x");
    tokens.scaled("scale", "mix", 3, 1);
    tokens.graph.add("y", new Unary.Relu(), "scale");

    fixture("y").folds().to("mix y");
  }

  @Test
  void aConstantLessTheLayerIsTheLayer() {
    tokens.graph.input("x", -1, 3);
    tokens.graph.add("fc", random.gemm(3, 4), "x");
    tokens.graph.add("c", new Operator.Constant(random.tensor(4)));
    tokens.graph.add("less", new Operator.Sub(), "c", "fc");
    tokens.graph.add("y", new Unary.Relu(), "less");

    fixture("y").folds().to("fc y");
  }

  @Test
  void aMatrixThatAnotherLayerTakesTooIsLeftToIt() {
    tokens.graph.input("x", -1, 3, 3);
    tokens.graph.add("w", new Operator.Constant(random.tensor(3, 3)));
    tokens.graph.add("one", new Operator.MatMul(), "x", "w");
    tokens.graph.add("two", new Operator.MatMul(), "one", "w");
    tokens.scaled("scale", "two", 3);
    tokens.graph.add("y", new Unary.Relu(), "scale");

    fixture("y").folds().to("one two y");
  }

  @Test
  void aLayerThatSomethingElseTakesIsRefused() {
    tokens.graph.input("x", -1, 3);
    tokens.graph.add("fc", random.gemm(3, 4), "x");
    tokens.scaled("scale", "fc", 4);
    tokens.graph.add("y", new Operator.Add(), "scale", "fc");

    fixture("y").refuses("the output of 'fc' is also used by 'y'", "scale", "fc", "y");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aScaleThatDiffersWithinAnOutputIsLeftAlone(boolean tokenwise) {
    tokens.graph.input("x", -1, 5, 6);
    tokens.dense("fc", "x", 6, 4);
    if (tokenwise) {
      tokens.scaled("scale", "fc", 5, 1);
    } else {
      tokens.scaled("scale", "fc", 5, 4);
    }
    tokens.graph.add("y", new Unary.Relu(), "scale");

    fixture("y").unchanged();
  }

  @Test
  void aScaleBehindAnActivationIsLeftAlone() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.dense("fc", "x", 6, 4);
    tokens.graph.add("act", new Unary.Relu(), "fc");
    tokens.scaled("scale", "act", 4);
    tokens.graph.add("y", Movement.Reshape.to(-1, 20), "scale");

    fixture("y").unchanged();
  }

  @Test
  void anAdditionAloneIsLeftToTheRuleOfShifts() {
    tokens.graph.input("x", -1, 3);
    tokens.graph.add("fc", random.gemm(3, 4), "x");
    tokens.shifted("shift", "fc", 4);
    tokens.graph.add("y", new Unary.Relu(), "shift");

    fixture("y").unchanged();
  }
}
