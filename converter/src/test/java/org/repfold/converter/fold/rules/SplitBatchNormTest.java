package org.repfold.converter.fold.rules;

import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Unary;

class SplitBatchNormTest {
  private final RandomOperators random = new RandomOperators(26);
  private final Tokens tokens = new Tokens(random);

  private FoldFixture fixture() {
    return FoldFixture.of(tokens.graph.build()).with(new SplitBatchNorm());
  }

  @Test
  void aBatchNormGoesIntoAllThatTakeIt() {
    tokens.graph.input("x", -1, 4, 3, 3);
    tokens.graph.add("norm", random.batchNorm(4), "x");
    tokens.graph.add("conv", random.conv(4, 2, 3, 0, 2), "norm");
    tokens.graph.add("pool", new Pooling.GlobalAveragePool(), "norm");
    tokens.graph.add("fc", random.conv(4, 2, 1, 0, 1), "pool");
    tokens.graph.add("flat", new Movement.Flatten(), "norm");
    tokens.graph.add("head", random.gemm(36, 3), "flat");
    tokens.graph.add("parts", Movement.Reshape.to(-1, 9, 1, 1), "norm");
    tokens.graph.add("shared", random.conv(9, 9, 1, 0, 1), "parts");
    tokens.graph.add("whole", Movement.Reshape.to(-1, 4, 3, 3), "shared");
    tokens.graph.output("conv").output("fc").output("head").output("whole");

    fixture().folds().expecting(Operator.BatchNormalization.class, 0);
  }

  @Test
  void twoSharedLayersGetTheirOwnConstants() {
    tokens.graph.input("x", -1, 4, 6);
    tokens.shifted("shift", "x", 6);
    tokens.swapped("there", "shift");
    tokens.dense("one", "there", 4, 2);
    tokens.swapped("again", "shift");
    tokens.dense("two", "again", 4, 2);
    tokens.graph.output("one").output("two");

    fixture().folds().expecting(Operator.Add.class, 2);
  }

  @Test
  void aConsumerThatCannotTakeItInIsRefused() {
    tokens.graph.input("x", -1, 4, 3, 3);
    tokens.graph.add("norm", random.batchNorm(4), "x");
    tokens.graph.add("conv", random.conv(4, 2, 3, 0, 2), "norm");
    tokens.graph.add("relu", new Unary.Relu(), "norm");
    tokens.graph.output("conv").output("relu");

    fixture().refuses("it cannot be folded into 'relu'", "norm", "relu");
  }

  @Test
  void anAdditionThatOneConsumerCannotTakeInStays() {
    tokens.graph.input("x", -1, 4);
    tokens.shifted("shift", "x", 4);
    tokens.graph.add("fc", random.gemm(4, 2), "shift");
    tokens.graph.add("relu", new Unary.Relu(), "shift");
    tokens.graph.output("fc").output("relu");

    fixture().unchanged();
  }

  @Test
  void anAdditionThatWouldBecomeSeveralStays() {
    tokens.graph.input("x", -1, 4, 6);
    tokens.shifted("shift", "x", 6);
    tokens.product("one", "shift", 6, 3);
    tokens.product("two", "shift", 6, 3);
    tokens.graph.output("one").output("two");

    fixture().unchanged();
  }
}
