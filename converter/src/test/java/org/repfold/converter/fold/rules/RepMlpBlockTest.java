package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.converter.fold.SameFunction;
import org.repfold.converter.lower.Lowering;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Unary;

/** The block of RepMLPNet, built of plain operators: the rules know nothing of it. */
class RepMlpBlockTest {
  private final RandomOperators random = new RandomOperators(5);

  /**
   * {@code x + block(norm(x))}, with several partitions of the map where rows or columns exceed 1.
   */
  private Graph unit(int channels, int sets, int height, int width, int rows, int columns) {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, channels, (long) height * rows, (long) width * columns);
    graph.add("prebn1", random.batchNorm(channels), "x");
    graph.add("pool", new Pooling.GlobalAveragePool(), "prebn1");
    graph.add("fc1", random.conv(channels, channels / 4, 1, 0, 1), "pool");
    graph.add("relu", new Unary.Relu(), "fc1");
    graph.add("fc2", random.conv(channels / 4, channels, 1, 0, 1), "relu");
    graph.add("sigmoid", new Unary.Sigmoid(), "fc2");
    graph.add("split", Movement.Reshape.to(-1, channels, rows, height, columns, width), "prebn1");
    graph.add("parts", Movement.Transpose.by(0, 2, 4, 1, 3, 5), "split");
    graph.add("partition", Movement.Reshape.to(-1, sets, height, width), "parts");
    int features = sets * height * width;
    graph.add("flat", Movement.Reshape.to(-1, features, 1, 1), "partition");
    graph.add("fc3", random.conv(features, features, 1, 0, sets), "flat");
    graph.add("map", Movement.Reshape.to(-1, sets, height, width), "fc3");
    graph.add("fc3_bn", random.batchNorm(sets), "map");
    graph.add("conv1", random.conv(sets, sets, 1, 0, sets), "partition");
    graph.add("bn1", random.batchNorm(sets), "conv1");
    graph.add("conv3", random.conv(sets, sets, 3, 1, sets), "partition");
    graph.add("bn3", random.batchNorm(sets), "conv3");
    graph.add("locals", new Operator.Add(), "bn1", "bn3");
    graph.add("sum", new Operator.Add(), "fc3_bn", "locals");
    graph.add("whole", Movement.Reshape.to(-1, rows, columns, sets, height, width), "sum");
    graph.add("back", Movement.Transpose.by(0, 3, 1, 4, 2, 5), "whole");
    graph.add(
        "unpartition",
        Movement.Reshape.to(-1, channels, (long) height * rows, (long) width * columns),
        "back");
    graph.add("gate", new Operator.Mul(), "unpartition", "sigmoid");
    graph.add("y", new Operator.Add(), "x", "gate");
    return graph.output("y").build();
  }

  @ParameterizedTest
  @CsvSource({"8,2,3,4,1,1", "8,4,4,3,2,1", "12,4,3,3,2,3", "8,8,3,3,1,1", "8,1,4,4,1,1"})
  void foldsToOneDenseLayerWithoutBatchNorm(
      int channels, int sets, int height, int width, int rows, int columns) {
    Graph graph = unit(channels, sets, height, width, rows, columns);

    Folding folding = Folder.fold(graph);

    new SameFunction(graph).assertKeptBy(folding.folded());
    assertEquals(0, folding.folded().operatorCounts().getOrDefault("BatchNormalization", 0));
    assertEquals(3, folding.folded().operatorCounts().get("Conv"), "fc1, fc2 and fc3 stay");
  }

  @ParameterizedTest
  @CsvSource({"8,2,3,4,1,1", "12,4,3,3,2,3", "8,1,4,4,1,1"})
  void lowersEveryDenseLayerToOneMatrixProduct(
      int channels, int sets, int height, int width, int rows, int columns) {
    Graph graph = unit(channels, sets, height, width, rows, columns);

    Graph lowered = new Folder(Lowering.all()).apply(Folder.fold(graph).folded()).folded();

    new SameFunction(graph).assertKeptBy(lowered);
    assertEquals(3, lowered.operatorCounts().get("MatMul"), "fc1, fc2 and fc3");
  }

  @Test
  void needsTwoTransposesForOnePartition() {
    Graph lowered =
        new Folder(Lowering.all()).apply(Folder.fold(unit(8, 2, 3, 4, 1, 1)).folded()).folded();

    assertEquals(
        Map.of(
            "Add",
            4,
            "Flatten",
            1,
            "GlobalAveragePool",
            1,
            "MatMul",
            3,
            "Mul",
            2,
            "Relu",
            1,
            "Reshape",
            3,
            "Sigmoid",
            1,
            "Transpose",
            2),
        lowered.operatorCounts());
  }

  @Test
  void everyValueThatStandsForAnotherEqualsIt() {
    FoldFixture.of(unit(12, 4, 3, 3, 2, 3)).withAllRules().folds();
  }

  @Test
  void refusesToSplitANormalisationThatSomethingElseNeeds() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 4, 3, 3);
    graph.add("norm", random.batchNorm(4), "x");
    graph.add("pool", new Pooling.GlobalAveragePool(), "norm");
    graph.add("relu", new Unary.Relu(), "norm");
    graph.add("y", new Operator.Mul(), "relu", "pool");

    FoldFixture.of(graph.output("y").build())
        .with(new SplitBatchNorm())
        .refuses("cannot be folded into", "relu");
  }
}
