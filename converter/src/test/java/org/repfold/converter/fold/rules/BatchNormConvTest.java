package org.repfold.converter.fold.rules;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

class BatchNormConvTest {
  private final RandomOperators random = new RandomOperators(2);

  private static Graph sequence(Operator norm, Operator layer, long... input) {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", input);
    graph.add("norm", norm, "x");
    graph.add("layer", layer, "norm");
    return graph.output("layer").build();
  }

  @ParameterizedTest
  @CsvSource({"1,1,1,1", "3,1,1,3", "3,2,2,1", "2,1,1,6"})
  void foldsAnyUnpaddedConvolution(int kernel, int stride, int dilation, int group) {
    Window window = new Window(stride, stride, dilation, dilation, 0, 0, 0, 0);
    Graph graph =
        sequence(
            random.batchNorm(6), random.conv(6, 12, kernel, kernel, window, group), -1, 6, 9, 8);

    FoldFixture.of(graph).with(new BatchNormConv()).folds().to("layer");
  }

  @Test
  void foldsADenseLayer() {
    Graph graph = sequence(random.batchNorm(7), random.gemm(7, 5), -1, 7);

    FoldFixture.of(graph).with(new BatchNormConv()).folds();
  }

  @Test
  void refusesZeroPaddingBeforeWhichTheShiftIsNotZero() {
    Graph graph = sequence(random.batchNorm(4), random.conv(4, 4, 3, 1, 1), -1, 4, 5, 5);

    FoldFixture.of(graph)
        .with(new BatchNormConv())
        .refuses("the border would change", "norm", "layer");
  }

  @Test
  void foldsZeroPaddingWhenTheShiftIsZero() {
    Operator.BatchNormalization norm =
        new Operator.BatchNormalization(
            random.tensor(2), Tensor.vector(0, 0), Tensor.vector(0, 0), Tensor.vector(2, 3), 1e-5);

    FoldFixture.of(sequence(norm, random.conv(2, 4, 3, 1, 1), -1, 2, 5, 5))
        .with(new BatchNormConv())
        .folds();
  }

  @Test
  void foldsThroughTheGlobalPoolAndTheFlatteningIntoTheHead() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 6, 5, 3);
    graph.add("head_norm", random.batchNorm(6), "x");
    graph.add("pool", new Pooling.GlobalAveragePool(), "head_norm");
    graph.add("flat", new Movement.Flatten(), "pool");
    graph.add("head", random.gemm(6, 4), "flat");

    FoldFixture.of(graph.output("head").build())
        .with(new BatchNormConv())
        .folds()
        .to("pool flat head");
  }

  @Test
  void foldsAMapThatIsFlattenedIntoTheDenseLayer() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 3, 2, 4);
    graph.add("norm", random.batchNorm(3), "x");
    graph.add("flat", new Movement.Flatten(), "norm");
    graph.add("fc", random.gemm(24, 5), "flat");

    FoldFixture.of(graph.output("fc").build()).with(new BatchNormConv()).folds().to("flat fc");
  }

  @Test
  void foldsIntoAllLayersThatTakeTheRearrangedMap() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 4, 6, 5);
    graph.add("norm", random.batchNorm(4), "x");
    graph.add("parts", Movement.Reshape.to(-1, 2, 6, 5), "norm");
    graph.add("back", Movement.Reshape.to(-1, 4, 6, 5), "parts");
    graph.add("one", random.conv(4, 3, 1, 0, 1), "back");
    graph.add("other", random.conv(4, 3, 3, 0, 1), "back");

    FoldFixture.of(graph.output("one").output("other").build())
        .with(new BatchNormConv())
        .folds()
        .to("parts back one other");
  }
}
