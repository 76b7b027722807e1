package org.repfold.converter.fold.rules;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Unary;

class BatchNormGlobalAveragePoolTest {
  private final RandomOperators random = new RandomOperators(27);
  private final Tokens tokens = new Tokens(random);

  private FoldFixture fixture() {
    return FoldFixture.of(tokens.graph.output("y").build()).with(new BatchNormGlobalAveragePool());
  }

  @Test
  void aBatchNormMovesBehindThePool() {
    tokens.graph.input("x", -1, 4, 3, 3);
    tokens.graph.add("norm", random.batchNorm(4), "x");
    tokens.graph.add("pool", new Pooling.GlobalAveragePool(), "norm");
    tokens.graph.add("y", new Unary.Relu(), "pool");

    fixture().folds().to("pool norm y").expecting(Operator.BatchNormalization.class, 1);
  }

  @Test
  void anAffineMovesBehindTheMeanOverTokens() {
    tokens.graph.input("x", -1, 5, 4);
    tokens.scaled("alpha", "x", 4);
    tokens.shifted("beta", "alpha", 4);
    tokens.graph.add("mean", new Pooling.ReduceMean(List.of(1), false), "beta");
    tokens.graph.add("y", new Unary.Relu(), "mean");

    fixture().folds().to("mean alpha beta y");
  }

  @Test
  void ofAnAddedMapTheMeanRemains() {
    tokens.graph.input("x", -1, 5, 4);
    tokens.shifted("position", "x", 5, 4);
    tokens.graph.add("mean", new Pooling.ReduceMean(List.of(1), false), "position");
    tokens.graph.add("y", new Unary.Relu(), "mean");

    fixture().folds().to("mean position y");
  }

  @Test
  void aScaleThatDiffersAlongTheMeanStays() {
    tokens.graph.input("x", -1, 5, 4);
    tokens.scaled("scale", "x", 5, 1);
    tokens.graph.add("mean", new Pooling.ReduceMean(List.of(1), false), "scale");
    tokens.graph.add("y", new Unary.Relu(), "mean");

    fixture().unchanged();
  }

  @Test
  void aPoolThatSharesTheBatchNormWithAnotherStays() {
    tokens.graph.input("x", -1, 4, 3, 3);
    tokens.graph.add("norm", random.batchNorm(4), "x");
    tokens.graph.add("pool", new Pooling.GlobalAveragePool(), "norm");
    tokens.graph.add("y", new Operator.Add(), "pool", "norm");

    fixture().unchanged();
  }
}
