package org.repfold.converter.fold.rules;

import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

class AffineSharedDenseTest {
  private final RandomOperators random = new RandomOperators(25);
  private final Tokens tokens = new Tokens(random);

  private FoldFixture fixture() {
    return FoldFixture.of(tokens.graph.output("y").build()).with(new AffineSharedDense());
  }

  /** As ResMLP's first half: an affine, a dense layer over the tokens, a LayerScale. */
  private void mixing(int tokenCount, int channels, boolean layerScale) {
    tokens.graph.input("x", -1, tokenCount, channels);
    tokens.scaled("alpha", "x", 1, 1, channels);
    tokens.shifted("beta", "alpha", 1, 1, channels);
    tokens.swapped("there", "beta");
    tokens.dense("mix", "there", tokenCount, tokenCount);
    tokens.swapped("back", "mix");
    if (layerScale) {
      tokens.scaled("ls", "back", channels);
    }
    tokens.graph.add("y", new Operator.Add(), layerScale ? "ls" : "back", "x");
  }

  @Test
  void anAffineBeforeTheTokensAreMixedMergesWithTheLayerScaleBehind() {
    mixing(4, 6, true);

    fixture()
        .folds()
        .to("there mix.product back alpha/scale alpha/shift y")
        .expecting(Operator.Mul.class, 1)
        .expecting(Operator.Add.class, 2);
  }

  @Test
  void anAffineMovesBehindTheBiasAlone() {
    mixing(4, 6, false);

    fixture().folds().to("there mix.product back alpha/scale alpha/shift y");
  }

  @Test
  void aMatrixOnTheLeftMixesTokensToo() {
    tokens.graph.input("x", -1, 4, 6);
    tokens.graph.add("beta", new Operator.Constant(random.tensor(6)));
    tokens.graph.add("shift", new Operator.Add(), "x", "beta");
    tokens.graph.add("w", new Operator.Constant(random.tensor(4, 4)));
    tokens.graph.add("mix", new Operator.MatMul(), "w", "shift");
    tokens.shifted("bias", "mix", 4, 1);
    tokens.graph.add("y", new Unary.Relu(), "bias");

    fixture().folds().to("mix shift/shift y");
  }

  @Test
  void aScaleOfZeroIsLegal() {
    tokens.graph.input("x", -1, 3, 2, 2);
    Tensor zeros = Tensor.vector(0, 0, 0);
    tokens.graph.add(
        "norm",
        new Operator.BatchNormalization(
            Tensor.vector(0, -2, 1), random.tensor(3), zeros, Tensor.vector(1, 2, 3), 1e-5),
        "x");
    tokens.graph.add("parts", Movement.Reshape.to(-1, 1, 2, 2), "norm");
    tokens.graph.add("flat", Movement.Reshape.to(-1, 4, 1, 1), "parts");
    tokens.graph.add("fc", random.conv(4, 4, 1, 0, 1), "flat");
    tokens.graph.add("map", Movement.Reshape.to(-1, 3, 2, 2), "fc");
    tokens.graph.add("y", new Unary.Relu(), "map");

    fixture().folds().to("parts flat fc map norm/scale norm/shift y");
  }

  @Test
  void whatWouldNotBecomeLessStays() {
    tokens.graph.input("x", -1, 4, 6);
    tokens.scaled("alpha", "x", 6);
    tokens.swapped("there", "alpha");
    tokens.product("mix", "there", 4, 4);
    tokens.graph.add("y", new Unary.Relu(), "mix");

    fixture().unchanged();
  }

  @Test
  void aScaleThatDiffersWithinAnOutputIsRefused() {
    tokens.graph.input("x", -1, 4, 6);
    tokens.scaled("alpha", "x", 4, 6);
    tokens.swapped("there", "alpha");
    tokens.dense("mix", "there", 4, 4);
    tokens.graph.add("y", new Unary.Relu(), "mix");

    fixture()
        .refuses(
            "the scale of 'alpha' differs within what 'mix.product' sums up",
            "alpha",
            "mix.product");
  }

  @Test
  void aValueOnTheWayThatSomethingElseTakesIsRefused() {
    tokens.graph.input("x", -1, 4, 6);
    tokens.scaled("alpha", "x", 6);
    tokens.swapped("there", "alpha");
    tokens.dense("mix", "there", 4, 4);
    tokens.graph.add("y", new Operator.Add(), "mix", "there");

    fixture().refuses("the output of 'there' is also used by", "alpha", "there", "y");
  }

  @Test
  void rowsThatDoNotEndAsOneMapPerSampleAreRefused() {
    tokens.graph.input("x", -1, 3, 2, 2);
    tokens.graph.add("norm", random.batchNorm(3), "x");
    tokens.graph.add("parts", Movement.Reshape.to(-1, 1, 2, 2), "norm");
    tokens.graph.add("flat", Movement.Reshape.to(-1, 4, 1, 1), "parts");
    tokens.graph.add("fc", random.conv(4, 4, 1, 0, 1), "flat");
    tokens.graph.add("map", Movement.Reshape.to(-1, 1, 2, 2), "fc");
    tokens.graph.add("y", new Unary.Relu(), "map");

    fixture().refuses("'fc' do not end as one map per sample", "norm", "map");
  }
}
