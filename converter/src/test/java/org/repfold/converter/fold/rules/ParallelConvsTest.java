package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.converter.fold.SameFunction;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class ParallelConvsTest {
  private final RandomOperators random = new RandomOperators(3);

  private Graph sumOf(Operator.Conv... convs) {
    return sumOf(9, 8, convs);
  }

  private static Graph sumOf(int height, int width, Operator.Conv... convs) {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, convs[0].inputChannels(), height, width);
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
        FoldFixture.of(
                sumOf(
                    random.conv(6, 12, kernel, padding, 1),
                    random.conv(6, 12, otherKernel, otherPadding, 1)))
            .with(new ParallelConvs())
            .folds()
            .graph();

    assertEquals(Map.of("Conv", 1, "Relu", 1), folded.operatorCounts());
  }

  @Test
  void mergesThreeBranchesOfAsymmetricConvolutions() {
    Graph folded =
        FoldFixture.of(
                sumOf(
                    random.conv(6, 6, 3, 3, Window.padded(1), 1),
                    random.conv(6, 6, 3, 1, new Window(1, 1, 1, 1, 1, 0, 1, 0), 1),
                    random.conv(6, 6, 1, 3, new Window(1, 1, 1, 1, 0, 1, 0, 1), 1)))
            .with(new ParallelConvs())
            .folds()
            .graph();

    assertEquals(Map.of("Conv", 1, "Relu", 1), folded.operatorCounts());
  }

  @Test
  void largerConvolutionKeepsPaddingThatNoWindowReads() {
    Window window = new Window(2, 2, 1, 1, 1, 1, 1, 1);
    Graph folded =
        FoldFixture.of(
                sumOf(
                    8,
                    8,
                    random.conv(6, 6, 1, 1, new Window(2, 2, 1, 1, 0, 0, 0, 0), 1),
                    random.conv(6, 6, 3, 3, window, 1)))
            .with(new ParallelConvs())
            .folds()
            .graph();

    Operator.Conv conv = (Operator.Conv) folded.find("branch1").orElseThrow().operator();
    assertEquals(window, conv.window());
  }

  @Test
  void mergesDifferentGroupsIntoTheCommonOnes() {
    FoldFixture.of(sumOf(random.conv(6, 12, 3, 1, 6), random.conv(6, 12, 1, 0, 3)))
        .with(new ParallelConvs())
        .folds();
  }

  @Test
  void mergesGroupCountsWithoutACommonOne() {
    FoldFixture.of(sumOf(random.conv(6, 6, 3, 1, 2), random.conv(6, 6, 3, 1, 3)))
        .with(new ParallelConvs())
        .folds();
  }

  @Test
  void mergesDilatedWithDenseKernels() {
    FoldFixture.of(
            sumOf(
                random.conv(6, 6, 3, 3, new Window(1, 1, 2, 3, 2, 3, 2, 3), 1),
                random.conv(6, 6, 3, 1, 1)))
        .with(new ParallelConvs())
        .folds();
  }

  @Test
  void mergesEvenKernelsWithAsymmetricPadding() {
    FoldFixture.of(
            sumOf(
                random.conv(6, 6, 2, 2, new Window(1, 1, 1, 1, 1, 0, 0, 1), 1),
                random.conv(6, 6, 4, 4, new Window(1, 1, 1, 1, 1, 2, 2, 1), 1)))
        .with(new ParallelConvs())
        .folds();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void keepsABiasThatOneAloneHas(boolean first) {
    Operator.Conv biased = random.conv(6, 6, 3, 1, 1);
    Operator.Conv plain =
        new Operator.Conv(random.tensor(6, 6, 3, 3), Optional.empty(), Window.padded(1), 1);

    FoldFixture.of(first ? sumOf(biased, plain) : sumOf(plain, biased))
        .with(new ParallelConvs())
        .folds()
        .expecting(Operator.Conv.class, 1);
  }

  @Test
  void mergesStridedConvolutions() {
    FoldFixture.of(
            sumOf(
                random.conv(6, 6, 3, 3, new Window(2, 2, 1, 1, 1, 1, 1, 1), 1),
                random.conv(6, 6, 1, 1, new Window(2, 2, 1, 1, 0, 0, 0, 0), 1)))
        .with(new ParallelConvs())
        .folds();
  }

  @Test
  void mergesDifferentStridesWhereTheWindowStandsAtOnePlace() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 3, 2);
    graph.add("a", random.conv(2, 2, 2, 2, Window.strided(3, 1), 1), "x");
    graph.add("b", random.conv(2, 2, 1, 1, Window.strided(4, 2), 1), "x");
    graph.add("y", new Operator.Add(), "a", "b");

    FoldFixture.of(graph.output("y").build())
        .with(new ParallelConvs())
        .folds()
        .expecting(Operator.Conv.class, 1);
  }

  @Test
  void refusesDifferentStrides() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 4, 4);
    graph.add("a", random.conv(2, 2, 1, 1, Window.unit(), 1), "x");
    graph.add("b", random.conv(2, 2, 1, 1, new Window(2, 2, 1, 1, 2, 2, 1, 1), 1), "x");
    graph.add("y", new Operator.Add(), "a", "b");

    FoldFixture.of(graph.output("y").build())
        .with(new ParallelConvs())
        .refuses("different strides", "a", "b");
  }

  @Test
  void mergesKernelsOfAnyPaddingThatGiveOneSize() {
    List<Operator.Conv> convs = new ArrayList<>();
    for (int stride = 1; stride <= 3; stride++) {
      for (int top = 0; top <= 4; top++) {
        for (int bottom = 0; bottom <= 4; bottom++) {
          Window window = new Window(stride, stride, 1, 2, top, bottom, bottom, top);
          convs.add(random.conv(2, 2, 1 + top, 1 + bottom, window, 1));
        }
      }
    }
    int merged = 0;
    for (Operator.Conv a : convs) {
      for (Operator.Conv b : convs) {
        if (outputSize(a, 5, 6).equals(outputSize(b, 5, 6))) {
          Graph graph = sumOf(5, 6, a, b);
          Folding folding = new Folder(List.of(new ParallelConvs())).apply(graph);
          new SameFunction(graph).assertKeptBy(folding.folded());
          merged += folding.steps().size();
        }
      }
    }
    assertTrue(merged > 200, "only " + merged + " pairs");
  }

  private static List<Long> outputSize(Operator.Conv conv, int height, int width) {
    return List.of(
        conv.window().outputHeight(height, conv.kernelHeight()),
        conv.window().outputWidth(width, conv.kernelWidth()));
  }

  @Test
  void refusesDilationsWhoseCommonKernelIsMostlyEmpty() {
    FoldFixture.of(
            sumOf(
                random.conv(6, 6, 3, 3, new Window(1, 1, 3, 3, 3, 3, 3, 3), 1),
                random.conv(6, 6, 3, 3, new Window(1, 1, 2, 2, 2, 2, 2, 2), 1)))
        .with(new ParallelConvs())
        .refuses("would need 294 multiplications", "branch0", "branch1");
  }

  @Test
  void refusesGroupsWhoseCommonOnesAreMostlyEmpty() {
    FoldFixture.of(sumOf(random.conv(6, 6, 3, 1, 6), random.conv(6, 6, 1, 0, 1)))
        .with(new ParallelConvs())
        .refuses("would need 54 multiplications", "branch0", "branch1");
  }

  @Test
  void refusesAConvolutionThatSomethingElseTakes() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 4, 4);
    graph.add("a", random.conv(2, 2, 3, 1, 1), "x");
    graph.add("b", random.conv(2, 2, 1, 0, 1), "x");
    graph.add("y", new Operator.Add(), "a", "b");
    graph.add("skip", new Unary.Relu(), "b");

    FoldFixture.of(graph.output("y").output("skip").build())
        .with(new ParallelConvs())
        .refuses("also used by 'skip'", "b", "skip");
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

    Graph folded =
        FoldFixture.of(graph.output("y").build()).with(new ParallelConvs()).folds().graph();

    assertEquals(Map.of("Conv", 2, "Relu", 1, "Add", 1), folded.operatorCounts());
  }
}
