package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class LocalityInjectionTest {
  private final RandomOperators random = new RandomOperators(4);

  /** A dense layer beside a convolution, both from a map of the given size. */
  private Graph beside(
      Operator.Conv conv, int groups, int height, int width, int outHeight, int outWidth) {
    int in = conv.inputChannels();
    int out = conv.outputChannels();
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, in, height, width);
    graph.add("flat", Movement.Reshape.to(-1, (long) in * height * width, 1, 1), "x");
    graph.add(
        "fc", random.conv(in * height * width, out * outHeight * outWidth, 1, 0, groups), "flat");
    graph.add("map", Movement.Reshape.to(-1, out, outHeight, outWidth), "fc");
    graph.add("conv", conv, "x");
    graph.add("sum", new Operator.Add(), "map", "conv");
    return graph.output("sum").build();
  }

  private void assertInjects(Graph graph) {
    Graph folded = FoldFixture.of(graph).with(new LocalityInjection()).folds().graph();
    assertEquals(Map.of("Reshape", 2, "Conv", 1), folded.operatorCounts());
  }

  @Test
  void injectsADepthwiseConvolutionIntoSharedWeightSets() {
    assertInjects(beside(random.conv(4, 4, 3, 1, 4), 4, 5, 7, 5, 7));
  }

  @Test
  void injectsADenseConvolutionOfOtherWidth() {
    assertInjects(beside(random.conv(6, 10, 3, 1, 1), 1, 4, 4, 4, 4));
  }

  @Test
  void injectsGroupsThatRefineTheLayersGroups() {
    assertInjects(beside(random.conv(8, 12, 3, 1, 4), 2, 4, 3, 4, 3));
  }

  @Test
  void injectsStridePaddingAndDilation() {
    Window window = new Window(2, 1, 1, 2, 1, 2, 0, 3);
    assertInjects(beside(random.conv(4, 6, 2, 3, window, 2), 2, 6, 5, 3, 6));
  }

  @Test
  void injectsIntoAGemmBehindAFlatten() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 3, 4, 2);
    graph.add("flat", new Movement.Flatten(), "x");
    graph.add("fc", random.gemm(24, 40), "flat");
    graph.add("map", Movement.Reshape.to(-1, 5, 4, 2), "fc");
    graph.add("conv", random.conv(3, 5, 3, 1, 1), "x");
    graph.add("sum", new Operator.Add(), "conv", "map");

    Graph folded =
        FoldFixture.of(graph.output("sum").build()).with(new LocalityInjection()).folds().graph();

    assertEquals(Map.of("Flatten", 1, "Gemm", 1, "Reshape", 1), folded.operatorCounts());
  }

  @Test
  void refusesAConvolutionThatMixesTheLayersGroups() {
    Graph graph = beside(random.conv(4, 4, 3, 1, 1), 4, 3, 3, 3, 3);

    FoldFixture.of(graph)
        .with(new LocalityInjection())
        .refuses("mixes channels of different groups", "conv", "fc");
  }

  /** A dense layer over a map of two groups, added to something else made of the map. */
  private Graph besideDense(GraphBuilder graph, String other) {
    graph.add("flat", Movement.Reshape.to(-1, 48, 1, 1), "x");
    graph.add("fc", random.conv(48, 48, 1, 0, 2), "flat");
    graph.add("map", Movement.Reshape.to(-1, 4, 3, 4), "fc");
    graph.add("sum", new Operator.Add(), other, "map");
    return graph.output("sum").build();
  }

  private GraphBuilder withMap() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 4, 3, 4);
    return graph;
  }

  @Test
  void injectsTheMapItself() {
    FoldFixture.of(besideDense(withMap(), "x"))
        .with(new LocalityInjection())
        .folds()
        .to("flat fc sum");
  }

  @Test
  void injectsTheNormalisedMap() {
    GraphBuilder graph = withMap();
    graph.add("norm", random.batchNorm(4), "x");

    FoldFixture.of(besideDense(graph, "norm"))
        .with(new LocalityInjection())
        .folds()
        .to("flat fc sum");
  }

  @Test
  void injectsAnAveragePool() {
    GraphBuilder graph = withMap();
    graph.add("pool", new Pooling.AveragePool(3, 3, Window.padded(1), true), "x");

    FoldFixture.of(besideDense(graph, "pool"))
        .with(new LocalityInjection())
        .folds()
        .to("flat fc sum");
  }

  @Test
  void refusesAPoolThatLeavesItsPaddingOutOfTheMean() {
    GraphBuilder graph = withMap();
    graph.add("pool", new Pooling.AveragePool(3, 3, Window.padded(1), false), "x");

    FoldFixture.of(besideDense(graph, "pool"))
        .with(new LocalityInjection())
        .refuses("leaves its padding out of the mean", "pool");
  }

  @Test
  void refusesAConvolutionThatSomethingElseTakes() {
    GraphBuilder graph = withMap();
    graph.add("conv", random.conv(4, 4, 3, 1, 2), "x");
    graph.output(graph.add("skip", new Unary.Relu(), "conv"));

    FoldFixture.of(besideDense(graph, "conv"))
        .with(new LocalityInjection())
        .refuses("also used by 'skip'", "conv", "skip");
  }

  @Test
  void refusesADenseLayerThatSomethingElseTakes() {
    GraphBuilder graph = withMap();
    graph.add("conv", random.conv(4, 4, 3, 1, 2), "x");
    graph.output(graph.add("skip", new Unary.Relu(), "map"));

    FoldFixture.of(besideDense(graph, "conv"))
        .with(new LocalityInjection())
        .refuses("also used by 'skip'", "map", "skip");
  }

  @Test
  void injectsAcrossOtherLayoutsOfTheSameElements() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("parts", -1, 2, 4, 3, 4);
    graph.add("in", Movement.Reshape.to(-1, 4, 3, 4), "parts");
    graph.add("conv", random.conv(4, 6, 3, 1, 2), "in");
    graph.add("conv_out", Movement.Reshape.to(-1, 2, 6, 3, 4), "conv");
    graph.add("flat", Movement.Reshape.to(-1, 48, 1, 1), "parts");
    graph.add("fc", random.conv(48, 72, 1, 0, 2), "flat");
    graph.add("features", new Movement.Flatten(), "fc");
    graph.add("fc_out", Movement.Reshape.to(-1, 2, 6, 3, 4), "features");
    graph.add("sum", new Operator.Add(), "conv_out", "fc_out");

    FoldFixture.of(graph.output("sum").build())
        .with(new LocalityInjection())
        .folds()
        .to("flat fc features sum");
  }

  @Test
  void anotherMapOfAsManyElementsIsNotTheSame() {
    GraphBuilder graph = withMap();
    graph.add("turned", Movement.Transpose.by(0, 1, 3, 2), "x");
    graph.add("other", Movement.Reshape.to(-1, 4, 3, 4), "turned");
    graph.add("conv", random.conv(4, 4, 3, 1, 2), "other");

    FoldFixture.of(besideDense(graph, "conv")).with(new LocalityInjection()).unchanged();
  }

  @Test
  void refusesAConvolutionWhoseLayoutSomethingElseTakes() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 4, 3, 4);
    graph.add("conv", random.conv(4, 4, 3, 1, 2), "x");
    graph.add("conv_out", new Movement.Flatten(), "conv");
    graph.add("flat", new Movement.Flatten(), "x");
    graph.add("fc", random.gemm(48, 48), "flat");
    graph.add("sum", new Operator.Add(), "fc", "conv_out");
    graph.output(graph.add("skip", new Unary.Relu(), "conv_out"));

    FoldFixture.of(graph.output("sum").build())
        .with(new LocalityInjection())
        .refuses("also used by 'skip'", "conv_out", "skip");
  }
}
