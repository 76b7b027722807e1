package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.converter.fold.FoldFixture.assertFolds;
import static org.repfold.converter.fold.FoldFixture.assertRefuses;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class ParallelConvsTest {
  private final RandomOperators random = new RandomOperators(3);

  private Graph sumOf(Operator.Conv... convs) {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 6, 9, 8);
    String sum = null;
    for (int i = 0; i < convs.length; i++) {
      String branch = graph.add("branch" + i, convs[i], "x");
      sum = sum == null ? branch : graph.add("sum" + i, new Operator.Add(), sum, branch);
    }
    graph.add("y", new Unary.Relu(), sum);
    return graph.output("y").build();
  }

  @ParameterizedTest
  @CsvSource({"1,0,3,1", "3,1,5,2", "1,0,7,3", "3,1,3,1"})
  void mergesSquareKernelsOfAnySize(int kernel, int padding, int otherKernel, int otherPadding) {
    Graph folded =
        assertFolds(
            sumOf(
                random.conv(6, 12, kernel, padding, 1),
                random.conv(6, 12, otherKernel, otherPadding, 1)),
            new ParallelConvs());

    assertEquals(Map.of("Conv", 1, "Relu", 1), folded.operatorCounts());
  }

  @Test
  void mergesThreeBranchesOfAsymmetricConvolutions() {
    Graph folded =
        assertFolds(
            sumOf(
                random.conv(6, 6, 3, 3, Window.padded(1), 1),
                random.conv(6, 6, 3, 1, new Window(1, 1, 1, 1, 1, 0, 1, 0), 1),
                random.conv(6, 6, 1, 3, new Window(1, 1, 1, 1, 0, 1, 0, 1), 1)),
            new ParallelConvs());

    assertEquals(Map.of("Conv", 1, "Relu", 1), folded.operatorCounts());
  }

  @Test
  void mergesDifferentGroupsIntoTheCommonOnes() {
    assertFolds(
        sumOf(random.conv(6, 12, 3, 1, 6), random.conv(6, 12, 1, 0, 2)), new ParallelConvs());
  }

  @Test
  void mergesGroupCountsWithoutACommonOne() {
    assertFolds(sumOf(random.conv(6, 6, 3, 1, 2), random.conv(6, 6, 3, 1, 3)), new ParallelConvs());
  }

  @Test
  void mergesDilatedWithDenseKernels() {
    assertFolds(
        sumOf(
            random.conv(6, 6, 3, 3, new Window(1, 1, 2, 3, 2, 3, 2, 3), 1),
            random.conv(6, 6, 3, 1, 1)),
        new ParallelConvs());
  }

  @Test
  void mergesEvenKernelsWithAsymmetricPadding() {
    assertFolds(
        sumOf(
            random.conv(6, 6, 2, 2, new Window(1, 1, 1, 1, 1, 0, 0, 1), 1),
            random.conv(6, 6, 4, 4, new Window(1, 1, 1, 1, 1, 2, 2, 1), 1)),
        new ParallelConvs());
  }

  @Test
  void mergesStridedConvolutions() {
    assertFolds(
        sumOf(
            random.conv(6, 6, 3, 3, new Window(2, 2, 1, 1, 1, 1, 1, 1), 1),
            random.conv(6, 6, 1, 1, new Window(2, 2, 1, 1, 0, 0, 0, 0), 1)),
        new ParallelConvs());
  }

  @Test
  void refusesDifferentStrides() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 1, 1);
    graph.add("a", random.conv(2, 2, 1, 1, Window.unit(), 1), "x");
    graph.add("b", random.conv(2, 2, 1, 1, Window.strided(2, 2), 1), "x");
    graph.add("y", new Operator.Add(), "a", "b");

    assertTrue(
        assertRefuses(graph.output("y").build(), new ParallelConvs())
            .reason()
            .contains("different strides"));
  }

  @Test
  void keepsBranchesOfDifferentInputsApart() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 3, 3);
    graph.add("a", random.conv(2, 2, 3, 1, 1), "x");
    graph.add("other", new Unary.Relu(), "x");
    graph.add("b", random.conv(2, 2, 3, 1, 1), "other");
    graph.add("c", random.conv(2, 2, 1, 0, 1), "x");
    graph.add("ab", new Operator.Add(), "a", "b");
    graph.add("y", new Operator.Add(), "ab", "c");

    Graph folded = assertFolds(graph.output("y").build(), new ParallelConvs());

    assertEquals(Map.of("Conv", 2, "Relu", 1, "Add", 1), folded.operatorCounts());
  }
}
