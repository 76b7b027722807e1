package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.converter.fold.FoldFixture.assertFolds;
import static org.repfold.converter.fold.FoldFixture.assertRefuses;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.repfold.converter.fold.FoldRule;
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

    assertEquals(Map.of("Conv", 1), assertFolds(graph, new BatchNormConv()).operatorCounts());
  }

  @Test
  void foldsADenseLayer() {
    Graph graph = sequence(random.batchNorm(7), random.gemm(7, 5), -1, 7);

    assertFolds(graph, new BatchNormConv());
  }

  @Test
  void refusesZeroPaddingBeforeWhichTheShiftIsNotZero() {
    Graph graph = sequence(random.batchNorm(4), random.conv(4, 4, 3, 1, 1), -1, 4, 5, 5);

    assertTrue(
        assertRefuses(graph, new BatchNormConv()).reason().contains("the border would change"));
  }

  @Test
  void foldsZeroPaddingWhenTheShiftIsZero() {
    Operator.BatchNormalization norm =
        new Operator.BatchNormalization(
            random.tensor(2), Tensor.vector(0, 0), Tensor.vector(0, 0), Tensor.vector(2, 3), 1e-5);

    assertFolds(sequence(norm, random.conv(2, 4, 3, 1, 1), -1, 2, 5, 5), new BatchNormConv());
  }

  @Test
  void foldsThroughTheGlobalPoolAndTheFlatteningIntoTheHead() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 6, 5, 3);
    graph.add("head_norm", random.batchNorm(6), "x");
    graph.add("pool", new Pooling.GlobalAveragePool(), "head_norm");
    graph.add("flat", new Movement.Flatten(), "pool");
    graph.add("head", random.gemm(6, 4), "flat");
    FoldRule[] rules = {new BatchNormConv()};

    Graph folded = assertFolds(graph.output("head").build(), rules);

    assertEquals(Map.of("GlobalAveragePool", 1, "Flatten", 1, "Gemm", 1), folded.operatorCounts());
  }

  @Test
  void foldsAMapThatIsFlattenedIntoTheDenseLayer() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 3, 2, 4);
    graph.add("norm", random.batchNorm(3), "x");
    graph.add("flat", new Movement.Flatten(), "norm");
    graph.add("fc", random.gemm(24, 5), "flat");

    Graph folded = assertFolds(graph.output("fc").build(), new BatchNormConv());

    assertEquals(Map.of("Flatten", 1, "Gemm", 1), folded.operatorCounts());
  }
}
