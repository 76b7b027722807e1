package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class ConvBatchNormTest {
  private final RandomOperators random = new RandomOperators(1);

  private static Graph sequence(Operator layer, Operator norm, long... input) {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", input);
    graph.add("layer", layer, "x");
    graph.add("norm", norm, "layer");
    graph.add("y", new Unary.Relu(), "norm");
    return graph.output("y").build();
  }

  @ParameterizedTest
  @CsvSource({"1,1,0,1", "3,1,1,1", "3,2,1,3", "2,1,0,1", "5,2,2,6"})
  void foldsAnyConvolutionWithItsOwnBias(int kernel, int stride, int padding, int group) {
    Window window = new Window(stride, stride, 1, 1, padding, padding, padding, padding);
    Graph graph =
        sequence(
            random.conv(6, 12, kernel, kernel, window, group), random.batchNorm(12), -1, 6, 9, 7);

    FoldFixture.of(graph).with(new ConvBatchNorm()).folds().to("layer y");
  }

  @Test
  void foldsADilatedConvolutionWithAsymmetricPadding() {
    Window window = new Window(1, 2, 2, 3, 1, 0, 2, 3);
    Graph graph = sequence(random.conv(4, 4, 3, 2, window, 2), random.batchNorm(4), -1, 4, 9, 8);

    FoldFixture.of(graph).with(new ConvBatchNorm()).folds();
  }

  @Test
  void foldsADenseLayer() {
    Graph graph = sequence(random.gemm(7, 5), random.batchNorm(5), -1, 7);

    FoldFixture.of(graph).with(new ConvBatchNorm()).folds().to("layer y");
  }

  @Test
  void foldsZeroScaleAndZeroVariance() {
    Operator.BatchNormalization norm =
        new Operator.BatchNormalization(
            Tensor.vector(0, -2, 3),
            random.tensor(3),
            random.tensor(3),
            Tensor.vector(1, 0, 4e-36),
            1e-5);

    FoldFixture.of(sequence(random.conv(2, 3, 1, 0, 1), norm, -1, 2, 3, 3))
        .with(new ConvBatchNorm())
        .folds();
  }

  @Test
  void refusesWhenTheConvolutionIsUsedTwice() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 3, 3);
    graph.add("conv", random.conv(2, 2, 1, 0, 1), "x");
    graph.add("norm", random.batchNorm(2), "conv");
    graph.add("skip", new Operator.Add(), "norm", "conv");

    FoldFixture.of(graph.output("skip").build())
        .with(new ConvBatchNorm())
        .refuses("the output of 'conv' is also used by 'skip'", "norm", "conv", "skip");
  }

  @Test
  void refusesWhenTheConvolutionIsAnOutput() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 3, 3);
    graph.add("conv", random.conv(2, 2, 1, 0, 1), "x");
    graph.add("norm", random.batchNorm(2), "conv");

    FoldFixture.of(graph.output("norm").output("conv").build())
        .with(new ConvBatchNorm())
        .refuses("'conv' is also an output of the network", "conv");
  }

  @Test
  void refusesWeightsBeyondFloat32() {
    Operator.BatchNormalization norm =
        new Operator.BatchNormalization(
            Tensor.vector(1e38), Tensor.vector(0), Tensor.vector(0), Tensor.vector(0), 1e-10);

    FoldFixture.of(sequence(random.conv(2, 1, 1, 0, 1), norm, -1, 2, 3, 3))
        .with(new ConvBatchNorm())
        .refuses("beyond what float32 holds", "norm", "layer");
  }

  @Test
  void refusesAnActivationBetweenConvolutionAndNormalisation() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 3, 3);
    graph.add("conv", random.conv(2, 2, 1, 0, 1), "x");
    graph.add("act", new Unary.Relu(), "conv");
    graph.add("norm", random.batchNorm(2), "act");

    FoldFixture.of(graph.output("norm").build())
        .with(new ConvBatchNorm())
        .refuses("'act' stands between 'conv' and 'norm'", "norm", "act", "conv");
  }

  @ParameterizedTest
  @CsvSource({"1,1,0,1", "3,2,1,1", "2,2,0,2", "4,2,1,4"})
  void foldsATransposedConvolution(int kernel, int stride, int padding, int group) {
    Window window = new Window(stride, stride, 1, 1, padding, padding, padding, padding);
    Operator layer =
        new Operator.ConvTranspose(
            random.tensor(4, 8 / group, kernel, kernel),
            Optional.of(random.tensor(8)),
            window,
            group);

    FoldFixture.of(sequence(layer, random.batchNorm(8), -1, 4, 3, 5))
        .with(new ConvBatchNorm())
        .folds()
        .to("layer y");
  }

  @Test
  void foldsAMatrixProductWithItsBias() {
    Tokens tokens = new Tokens(random);
    tokens.graph.input("x", -1, 6);
    tokens.dense("fc", "x", 6, 5);
    tokens.graph.add("norm", random.batchNorm(5), "fc");
    tokens.graph.add("y", new Unary.Relu(), "norm");

    FoldFixture.of(tokens.graph.output("y").build())
        .with(new ConvBatchNorm())
        .folds()
        .to("fc.product fc y");
  }

  @Test
  void givesTheNetworksOutputItsOwnNameBack() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 3, 3);
    graph.add("conv", random.conv(2, 2, 3, 1, 1), "x");
    graph.add("norm", random.batchNorm(2), "conv");

    assertEquals(
        List.of("norm"),
        FoldFixture.of(graph.output("norm").build())
            .with(new ConvBatchNorm())
            .folds()
            .graph()
            .outputs());
  }

  @Test
  void leavesABatchNormBehindAReshapeToItsOwnRule() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 5);
    graph.add("fc", random.gemm(5, 12), "x");
    graph.add("map", Movement.Reshape.to(-1, 3, 2, 2), "fc");
    graph.add("norm", random.batchNorm(3), "map");

    FoldFixture.of(graph.output("norm").build()).with(new ConvBatchNorm()).unchanged();
  }
}
