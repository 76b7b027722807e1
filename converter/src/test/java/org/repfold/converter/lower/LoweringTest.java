package org.repfold.converter.lower;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Unary;

class LoweringTest {

  private static Graph chain(Operator... operators) {
    GraphBuilder graph = new GraphBuilder();
    String last = graph.input("x", -1, 2, 3, 4);
    for (int i = 0; i < operators.length; i++) {
      last = graph.add("node" + i, operators[i], last);
    }
    return graph.output(last).build();
  }

  @Test
  void twoTransposesBecomeTheirProduct() {
    Graph lowered =
        FoldFixture.of(chain(Movement.Transpose.by(0, 2, 3, 1), Movement.Transpose.by(0, 3, 2, 1)))
            .lowering(new MergeTransposes())
            .folds()
            .graph();

    assertEquals(Map.of("Transpose", 1), lowered.operatorCounts());
  }

  @Test
  void aTransposeThatKeepsTheOrderOfLongAxesBecomesAReshape() {
    Graph lowered =
        FoldFixture.of(chain(Movement.Reshape.to(-1, 2, 1, 12), Movement.Transpose.by(2, 0, 1, 3)))
            .lowering(new TransposeAsReshape())
            .folds()
            .graph();

    assertEquals(Map.of("Reshape", 2), lowered.operatorCounts());
  }

  @Test
  void aTransposeThatMovesElementsStays() {
    Graph graph = chain(Movement.Transpose.by(0, 2, 1, 3));

    Graph lowered = new Folder(List.of(new TransposeAsReshape())).apply(graph).folded();

    assertEquals(Map.of("Transpose", 1), lowered.operatorCounts());
  }

  @Test
  void aChainOfReshapesBackToTheInputIsGone() {
    Graph lowered =
        FoldFixture.of(
                chain(
                    new Unary.Relu(),
                    Movement.Reshape.to(-1, 24),
                    Movement.Reshape.to(-1, 4, 6),
                    Movement.Reshape.to(-1, 2, 3, 4),
                    new Pooling.GlobalAveragePool()))
            .lowering(Lowering.all().toArray(new org.repfold.converter.fold.FoldRule[0]))
            .folds()
            .graph();

    assertEquals(Map.of("Relu", 1, "GlobalAveragePool", 1), lowered.operatorCounts());
  }

  @Test
  void aReshapeOfAFlattenedValueIsTheReshapeAlone() {
    Graph lowered =
        FoldFixture.of(chain(new Movement.Flatten(), Movement.Reshape.to(-1, 4, 6)))
            .lowering(new MergeReshapes())
            .folds()
            .graph();

    assertEquals(Map.of("Reshape", 1), lowered.operatorCounts());
  }

  @Test
  void aReshapeThatMergesAllAxesButTheFirstBecomesAFlatten() {
    Graph lowered =
        FoldFixture.of(chain(Movement.Reshape.to(-1, 24)))
            .lowering(new ReshapeAsFlatten())
            .folds()
            .graph();

    assertEquals(Map.of("Flatten", 1), lowered.operatorCounts());
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 48})
  void aReshapeThatSplitsOrMergesSamplesStays(int width) {
    Graph graph = chain(Movement.Reshape.to(-1, width));

    Graph lowered = new Folder(List.of(new ReshapeAsFlatten())).apply(graph).folded();

    assertEquals(Map.of("Reshape", 1), lowered.operatorCounts());
  }

  @Test
  void anActivationOfAReshapedValueComesFirst() {
    Graph lowered =
        FoldFixture.of(chain(Movement.Reshape.to(-1, 24), new Unary.Gelu()))
            .lowering(new ActivationBeforeReshape())
            .folds()
            .graph();

    assertEquals(Map.of("Gelu", 1, "Reshape", 1), lowered.operatorCounts());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 6})
  void aConvolutionOfSinglePointsBecomesAMatrixProduct(int groups) {
    Graph lowered =
        FoldFixture.of(
                chain(
                    Movement.Reshape.to(-1, 24, 1, 1),
                    new RandomOperators(groups).conv(24, 12, 1, 0, groups)))
            .lowering(new DenseAsMatMul())
            .folds()
            .graph();

    assertEquals(1, lowered.operatorCounts().get("MatMul"));
    assertEquals(0, lowered.operatorCounts().getOrDefault("Conv", 0));
  }
}
