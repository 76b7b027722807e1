package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;

class LinearShiftTest {
  private final RandomOperators random = new RandomOperators(22);
  private final Tokens tokens = new Tokens(random);

  private FoldFixture fixture() {
    return FoldFixture.of(tokens.graph.output("y").build()).with(new LinearShift());
  }

  @Test
  void anAdditionForEachChannelIsTheConvolutionsBias() {
    tokens.graph.input("x", -1, 2, 5, 5);
    tokens.graph.add("conv", random.conv(2, 4, 3, 1, 2), "x");
    tokens.shifted("shift", "conv", 1, 4, 1, 1);
    tokens.graph.add("y", new Unary.Relu(), "shift");

    fixture().folds().to("conv y");
  }

  @Test
  void aSubtractionIsTheDenseLayersBias() {
    tokens.graph.input("x", -1, 3);
    tokens.graph.add("fc", new Operator.Gemm(random.tensor(4, 3), Optional.empty()), "x");
    tokens.with("shift", new Operator.Sub(), "fc", random.tensor(4));
    tokens.graph.add("y", new Unary.Relu(), "shift");

    fixture().folds().to("fc y");
  }

  @Test
  void anAdditionToALaidOutMapIsTheDenseLayersBias() {
    tokens.graph.input("x", -1, 3);
    tokens.graph.add("fc", random.gemm(3, 12), "x");
    tokens.graph.add("map", Movement.Reshape.to(-1, 3, 2, 2), "fc");
    tokens.shifted("shift", "map", 3, 2, 2);
    tokens.graph.add("y", new Unary.Relu(), "shift");

    fixture().folds().to("fc map y");
  }

  @Test
  void twoAdditionsBehindAMatrixAreOne() {
    tokens.graph.input("x", -1, 5, 3);
    tokens.dense("fc", "x", 3, 4);
    tokens.swapped("back", "fc");
    tokens.shifted("shift", "back", 4, 1);
    tokens.graph.add("y", new Unary.Relu(), "shift");

    fixture().folds().to("fc.product fc back y");
  }

  @Test
  void theAdditionBehindAMatrixStaysAsItsBias() {
    tokens.graph.input("x", -1, 5, 3);
    tokens.dense("fc", "x", 3, 4);
    tokens.graph.add("y", new Unary.Relu(), "fc");

    fixture().unchanged();
  }

  @Test
  void aMapAddedToAConvolutionIsLeftAlone() {
    tokens.graph.input("x", -1, 2, 5, 5);
    tokens.graph.add("conv", random.conv(2, 4, 3, 1, 2), "x");
    tokens.shifted("shift", "conv", 4, 5, 5);
    tokens.graph.add("y", new Unary.Relu(), "shift");

    fixture().unchanged();
  }

  @Test
  void aLayerThatSomethingElseTakesIsRefused() {
    tokens.graph.input("x", -1, 3);
    tokens.graph.add("fc", random.gemm(3, 4), "x");
    tokens.shifted("shift", "fc", 4);
    tokens.graph.add("y", new Operator.Mul(), "shift", "fc");

    fixture().refuses("the output of 'fc' is also used by 'y'", "shift", "fc", "y");
  }

  @Test
  void aScaleIsLeftToTheRuleOfScales() {
    tokens.graph.input("x", -1, 3);
    tokens.graph.add("fc", random.gemm(3, 4), "x");
    tokens.scaled("scale", "fc", 4);
    tokens.graph.add("y", new Unary.Relu(), "scale");

    fixture().unchanged();
  }
}
