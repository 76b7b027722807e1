package org.repfold.converter.fold.rules;

import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class ConvAveragePoolTest {
  private final RandomOperators random = new RandomOperators(24);
  private final GraphBuilder graph = new GraphBuilder();

  private FoldFixture chain(Operator.Conv conv, Window window, boolean countIncludePad) {
    graph.input("x", -1, conv.inputChannels(), 8, 9);
    graph.add("conv", conv, "x");
    graph.add("pool", new Pooling.AveragePool(2, 3, window, countIncludePad), "conv");
    return FoldFixture.of(graph.output("pool").build()).with(new ConvAveragePool());
  }

  @Test
  void aPoolThatThinsTheMapOutJoinsTheConvolution() {
    chain(random.conv(4, 6, 3, 1, 2), new Window(2, 3, 1, 1, 0, 0, 0, 0), false).folds().to("pool");
  }

  @Test
  void aPoolThatCountsItsPaddingJoinsAConvolutionWithoutBias() {
    Operator.Conv conv = random.conv(4, 4, 1, 0, 4);
    chain(
            new Operator.Conv(
                conv.weight(), java.util.Optional.empty(), conv.window(), conv.group()),
            new Window(2, 3, 1, 1, 1, 1, 0, 1),
            true)
        .folds()
        .to("pool");
  }

  @Test
  void biasBeforePaddingIsRefused() {
    chain(random.conv(4, 4, 1, 0, 4), new Window(2, 3, 1, 1, 1, 1, 0, 1), true)
        .refuses("the border would see 0, not the bias", "conv", "pool");
  }

  @Test
  void aPoolThatLeavesItsPaddingOutIsRefused() {
    chain(random.conv(4, 4, 1, 0, 4), new Window(2, 3, 1, 1, 1, 1, 0, 1), false)
        .refuses("leaves its padding out of the mean", "pool");
  }

  @Test
  void aPoolThatDoesNotThinTheMapOutIsRefused() {
    chain(random.conv(4, 4, 1, 0, 1), Window.unit(), false)
        .refuses("multiplications for each sample", "conv", "pool");
  }

  @Test
  void aPooledBranchFoldsWhereAConvolutionTakesItIn() {
    graph.input("x", -1, 4, 8, 9);
    graph.add("conv", random.conv(4, 4, 1, 1, Window.padded(1), 2), "x");
    graph.add("pool", new Pooling.AveragePool(3, 3, Window.unit(), false), "conv");
    graph.add("norm", random.batchNorm(4), "pool");
    graph.add("beside", random.conv(4, 4, 3, 1, 2), "x");
    graph.add("sum", new Operator.Add(), "beside", "norm");

    FoldFixture.of(graph.output("sum").build()).withAllRules().folds().to("sum");
  }

  @Test
  void aConvolutionThatSomethingElseTakesIsRefused() {
    graph.output(graph.add("skip", new Unary.Relu(), "conv"));
    chain(random.conv(4, 6, 3, 1, 2), new Window(2, 3, 1, 1, 0, 0, 0, 0), false)
        .refuses("also used by 'skip'", "conv", "skip");
  }
}
