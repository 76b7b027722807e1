package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class ScaleShiftLinearTest {
  private final RandomOperators random = new RandomOperators(23);
  private final Tokens tokens = new Tokens(random);

  private FoldFixture fixture() {
    return FoldFixture.of(tokens.graph.output("y").build()).with(new ScaleShiftLinear());
  }

  @Test
  void aStandardisedInputGoesIntoTheConvolution() {
    tokens.graph.input("x", -1, 3, 8, 8);
    tokens.with("centred", new Operator.Sub(), "x", random.tensor(3, 1, 1));
    tokens.with("standard", new Operator.Div(), "centred", Tensor.of(Shape.of(3, 1, 1), 2, -3, .5));
    tokens.graph.add("y", random.conv(3, 4, 2, 2, Window.strided(2, 2), 1), "standard");

    fixture().folds().to("y");
  }

  @Test
  void anAffineGoesIntoTheMatrixAndItsBias() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.scaled("alpha", "x", 1, 1, 6);
    tokens.shifted("beta", "alpha", 1, 1, 6);
    tokens.dense("fc", "beta", 6, 24);
    tokens.graph.add("y", new Unary.Relu(), "fc");

    fixture().folds().to("fc.product fc y");
  }

  @Test
  void anAdditionBeforeAMatrixWithoutBiasIsAddedBehindItWhereThatIsLess() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.shifted("beta", "x", 6);
    tokens.product("fc", "beta", 6, 2);
    tokens.graph.add("y", new Unary.Relu(), "fc");

    fixture().folds().to("fc fc/add y");
  }

  @Test
  void anAdditionBeforeAMatrixWithoutBiasStaysWhereItIsNoMore() {
    tokens.graph.input("x", -1, 5, 6);
    tokens.shifted("beta", "x", 6);
    tokens.product("fc", "beta", 6, 6);
    tokens.graph.add("y", new Unary.Relu(), "fc");

    fixture().unchanged();
  }

  @Test
  void aMapAddedBeforeItIsFlattenedIsTheDenseLayersBias() {
    tokens.graph.input("x", -1, 3, 2, 4);
    tokens.shifted("position", "x", 1, 3, 2, 4);
    tokens.graph.add("flat", new Movement.Flatten(), "position");
    tokens.graph.add("y", random.gemm(24, 5), "flat");

    fixture().folds().to("flat y");
  }

  @Test
  void aMapBeforeAMeanIsTheDenseLayersBias() {
    tokens.graph.input("x", -1, 4, 2, 3);
    tokens.shifted("position", "x", 1, 4, 2, 3);
    tokens.graph.add("pool", new Pooling.GlobalAveragePool(), "position");
    tokens.graph.add("y", random.conv(4, 2, 1, 0, 2), "pool");

    fixture().folds().to("pool y");
  }

  @Test
  void aScaleGoesIntoAPaddedAndATransposedConvolution() {
    tokens.graph.input("x", -1, 4, 3, 3);
    tokens.scaled("one", "x", 4, 1, 1);
    tokens.graph.add("conv", random.conv(4, 4, 3, 1, 2), "one");
    tokens.scaled("two", "conv", 1);
    tokens.graph.add(
        "y",
        new Operator.ConvTranspose(
            random.tensor(4, 3, 3, 3), Optional.empty(), Window.padded(1), 2),
        "two");

    fixture().folds().to("conv y");
  }

  @Test
  void anAdditionBeforeZeroPaddingIsRefused() {
    tokens.graph.input("x", -1, 2, 3, 3);
    tokens.shifted("shift", "x", 2, 1, 1);
    tokens.graph.add("y", random.conv(2, 2, 3, 1, 1), "shift");

    fixture().refuses("'y' pads with zeros", "shift", "y");
  }

  @Test
  void anAdditionBeforeATransposedConvolutionIsRefused() {
    tokens.graph.input("x", -1, 2, 3, 3);
    tokens.shifted("shift", "x", 2, 1, 1);
    tokens.graph.add(
        "y",
        new Operator.ConvTranspose(random.tensor(2, 2, 3, 3), Optional.empty(), Window.unit(), 1),
        "shift");

    fixture().refuses("not every output of 'y' sums up all taps", "shift", "y");
  }

  @Test
  void aMapAddedBeforeAKernelIsRefused() {
    tokens.graph.input("x", -1, 2, 3, 3);
    tokens.shifted("shift", "x", 2, 3, 3);
    tokens.graph.add("y", random.conv(2, 2, 3, 0, 1), "shift");

    fixture().refuses("differs within the windows of 'y'", "shift", "y");
  }

  @Test
  void aMapThatScalesBeforeAKernelIsRefused() {
    tokens.graph.input("x", -1, 2, 3, 3);
    tokens.scaled("scale", "x", 1, 3, 1);
    tokens.graph.add("y", random.conv(2, 2, 3, 0, 1), "scale");

    fixture().refuses("the scale of 'scale' differs within what 'y' sums up", "scale", "y");
  }

  @Test
  void aMeanOverWhatIsScaledDifferentlyIsRefused() {
    tokens.graph.input("x", -1, 2, 3, 3);
    tokens.scaled("scale", "x", 1, 3, 3);
    tokens.graph.add("pool", new Pooling.GlobalAveragePool(), "scale");
    tokens.graph.add("y", random.conv(2, 2, 1, 0, 1), "pool");

    fixture().refuses("'pool' mixes what 'scale' scales differently", "scale", "pool");
  }

  @Test
  void aValueThatAnotherLayerTakesTooIsLeftAlone() {
    tokens.graph.input("x", -1, 3);
    tokens.shifted("shift", "x", 3);
    tokens.graph.add("fc", random.gemm(3, 3), "shift");
    tokens.graph.add("y", new Operator.Add(), "fc", "shift");

    fixture().unchanged();
  }

  @Test
  void aDivisionByZeroIsNoScale() {
    tokens.graph.input("x", -1, 3);
    tokens.with("quotient", new Operator.Div(), "x", Tensor.vector(1, 0, 2));
    tokens.graph.add("y", random.gemm(3, 2), "quotient");

    Folding folding =
        new Folder(List.of(new ScaleShiftLinear())).apply(tokens.graph.output("y").build());

    assertEquals(List.of(), folding.steps());
    assertEquals(List.of(), folding.refusals());
  }
}
