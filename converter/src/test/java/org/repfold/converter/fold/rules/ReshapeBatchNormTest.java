package org.repfold.converter.fold.rules;

import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Unary;

class ReshapeBatchNormTest {
  private final RandomOperators random = new RandomOperators(28);
  private final Tokens tokens = new Tokens(random);

  private FoldFixture fixture() {
    return FoldFixture.of(tokens.graph.output("y").build()).with(new ReshapeBatchNorm());
  }

  @Test
  void aDenseLayerLaidOutAsAMapTakesTheBatchNormIn() {
    tokens.graph.input("x", -1, 5);
    tokens.graph.add("fc", random.gemm(5, 12), "x");
    tokens.graph.add("map", Movement.Reshape.to(-1, 3, 2, 2), "fc");
    tokens.graph.add("norm", random.batchNorm(3), "map");
    tokens.graph.add("y", new Unary.Relu(), "norm");

    fixture().folds().to("fc map y");
  }

  @Test
  void aDenseLayerOfSeveralMapsForEachRowTakesTheBatchNormIn() {
    tokens.graph.input("x", -1, 5);
    tokens.graph.add("fc", random.gemm(5, 24), "x");
    tokens.graph.add("map", Movement.Reshape.to(-1, 3, 2, 2), "fc");
    tokens.graph.add("norm", random.batchNorm(3), "map");
    tokens.graph.add("y", new Unary.Relu(), "norm");

    fixture().folds().to("fc map y");
  }

  @Test
  void aConvolutionBeforeAGlobalPoolTakesTheBatchNormIn() {
    tokens.graph.input("x", -1, 2, 3, 3);
    tokens.graph.add("conv", random.conv(2, 4, 3, 1, 1), "x");
    tokens.graph.add("pool", new Pooling.GlobalAveragePool(), "conv");
    tokens.graph.add("norm", random.batchNorm(4), "pool");
    tokens.graph.add("y", new Unary.Relu(), "norm");

    fixture().folds().to("conv pool y");
  }

  @Test
  void channelsThatMixTheLayersOutputsAreLeftAlone() {
    tokens.graph.input("x", -1, 2, 3, 3);
    tokens.graph.add("conv", random.conv(2, 4, 3, 1, 1), "x");
    tokens.graph.add("flat", new Movement.Flatten(), "conv");
    tokens.graph.add("norm", random.batchNorm(36), "flat");
    tokens.graph.add("y", new Unary.Relu(), "norm");

    fixture().unchanged();
  }

  @Test
  void aMapThatSomethingElseTakesIsRefused() {
    tokens.graph.input("x", -1, 5);
    tokens.graph.add("fc", random.gemm(5, 12), "x");
    tokens.graph.add("map", Movement.Reshape.to(-1, 3, 2, 2), "fc");
    tokens.graph.add("norm", random.batchNorm(3), "map");
    tokens.graph.add("y", new Operator.Add(), "norm", "map");

    fixture().refuses("the output of 'map' is also used by 'y'", "norm", "map", "y");
  }

  @Test
  void aLayerThatSomethingElseTakesIsRefused() {
    tokens.graph.input("x", -1, 5);
    tokens.graph.add("fc", random.gemm(5, 12), "x");
    tokens.graph.add("map", Movement.Reshape.to(-1, 3, 2, 2), "fc");
    tokens.graph.add("norm", random.batchNorm(3), "map");
    tokens.graph.add("flat", new Movement.Flatten(), "norm");
    tokens.graph.add("y", new Operator.Add(), "flat", "fc");

    fixture().refuses("the output of 'fc' is also used by 'y'", "norm", "fc", "y");
  }

  @Test
  void aBatchNormDirectlyBehindALayerIsLeftToItsOwnRule() {
    tokens.graph.input("x", -1, 5);
    tokens.graph.add("fc", random.gemm(5, 4), "x");
    tokens.graph.add("norm", random.batchNorm(4), "fc");
    tokens.graph.add("y", new Unary.Relu(), "norm");

    fixture().unchanged();
  }
}
