package org.repfold.converter.fold.rules;

import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class ParallelAveragePoolTest {
  private final RandomOperators random = new RandomOperators(22);
  private final GraphBuilder graph = new GraphBuilder();

  private Graph beside(Operator.Conv conv, String pooled) {
    graph.add("conv", conv, "x");
    graph.add("sum", new Operator.Add(), "conv", pooled);
    return graph.output("sum").build();
  }

  private String pool(Window window, boolean countIncludePad) {
    graph.input("x", -1, 4, 6, 5);
    return graph.add("pool", new Pooling.AveragePool(3, 2, window, countIncludePad), "x");
  }

  @Test
  void aPoolThatCountsItsPaddingJoins() {
    String pool = pool(new Window(1, 1, 1, 1, 1, 0, 1, 1), true);
    FoldFixture.of(beside(random.conv(4, 4, 3, 1, 2), pool))
        .with(new ParallelAveragePool())
        .folds()
        .to("sum");
  }

  @Test
  void anUnpaddedPoolOfAnyStrideJoinsThroughANormalisation() {
    String pool = pool(new Window(2, 3, 1, 1, 0, 0, 0, 0), false);
    graph.add("norm", random.batchNorm(4), pool);
    FoldFixture.of(beside(random.conv(4, 4, 3, 1, new Window(2, 3, 1, 1, 0, 0, 0, 0), 1), "norm"))
        .with(new ParallelAveragePool())
        .folds()
        .to("sum");
  }

  @Test
  void aPoolThatSomethingElseTakesStaysForIt() {
    String pool = pool(new Window(1, 1, 1, 1, 1, 0, 1, 1), true);
    graph.output(graph.add("other", new Unary.Relu(), pool));
    FoldFixture.of(beside(random.conv(4, 4, 3, 1, 2), pool))
        .with(new ParallelAveragePool())
        .folds()
        .to("pool other sum");
  }

  @Test
  void aPoolWithoutAConvolutionStays() {
    String pool = pool(new Window(1, 1, 1, 1, 1, 0, 1, 1), true);
    graph.add("sum", new Operator.Add(), "x", pool);
    FoldFixture.of(graph.output("sum").build()).withAllRules().unchanged();
  }

  @Test
  void aPoolThatLeavesItsPaddingOutIsRefused() {
    String pool = pool(new Window(1, 1, 1, 1, 1, 0, 1, 1), false);
    FoldFixture.of(beside(random.conv(4, 4, 3, 1, 1), pool))
        .with(new ParallelAveragePool())
        .refuses("leaves its padding out of the mean", "pool");
  }

  @Test
  void aPoolBesideAMuchSmallerConvolutionIsRefused() {
    String pool = pool(new Window(1, 1, 1, 1, 1, 0, 1, 1), true);
    FoldFixture.of(beside(random.conv(4, 4, 1, 0, 1), pool))
        .with(new ParallelAveragePool())
        .refuses("would need 24 multiplications", "conv", "pool");
  }

  @Test
  void aPoolThatIsComputedAnywayDoesNotPayForALargerConvolution() {
    String pool = pool(new Window(1, 1, 1, 1, 1, 0, 1, 1), true);
    graph.output(graph.add("other", new Unary.Relu(), pool));
    FoldFixture.of(beside(random.conv(4, 4, 1, 0, 4), pool))
        .with(new ParallelAveragePool())
        .refuses("would need 6 multiplications", "conv", "pool");
  }
}
