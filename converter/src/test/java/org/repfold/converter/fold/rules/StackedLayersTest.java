package org.repfold.converter.fold.rules;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class StackedLayersTest {
  private final RandomOperators random = new RandomOperators(28);
  private final GraphBuilder graph = new GraphBuilder();

  private FoldFixture concat(int axis, String... values) {
    graph.add("y", new Movement.Concat(axis, values.length), values);
    return FoldFixture.of(graph.output("y").build()).with(new StackedLayers());
  }

  private String product(String name, String input, int in, int out, boolean bias) {
    graph.add(name + "_weight", new Operator.Constant(random.tensor(in, out)));
    String product = graph.add(name, new Operator.MatMul(), input, name + "_weight");
    if (!bias) {
      return product;
    }
    graph.add(name + "_bias", new Operator.Constant(random.tensor(out)));
    return graph.add(name + "_add", new Operator.Add(), name + "_bias", product);
  }

  @Test
  void convolutionsOfOneWindowFoldIntoOne() {
    graph.input("x", -1, 3, 5, 6);
    Window window = new Window(2, 1, 1, 2, 1, 0, 0, 1);
    for (String name : List.of("a", "b", "c")) {
      graph.add(name, random.conv(3, name.equals("b") ? 4 : 2, 3, 2, window, 1), "x");
    }

    concat(1, "a", "b", "c").folds().to("y");
  }

  @Test
  void gemmsFoldIntoOne() {
    graph.input("x", -1, 6);
    graph.add("a", random.gemm(6, 5), "x");
    graph.add("b", random.gemm(6, 3), "x");

    concat(1, "a", "b").folds().to("y");
  }

  @Test
  void productsWithBiasesFoldIntoOne() {
    graph.input("x", -1, 7, 6);
    String a = product("a", "x", 6, 5, true);

    concat(2, a, product("b", "x", 6, 3, true)).folds().to("a y");
  }

  @Test
  void neighboursFoldAndOthersStay() {
    graph.input("x", -1, 3, 5, 6);
    graph.add("a", random.conv(3, 2, 1, 0, 1), "x");
    graph.add("b", random.conv(3, 2, 1, 0, 1), "x");

    concat(1, "x", "a", "b").folds().to("a y");
  }

  @Test
  void layersThatAreNoNeighboursStay() {
    graph.input("x", -1, 3, 5, 6);
    graph.add("a", random.conv(3, 2, 1, 0, 1), "x");
    graph.add("b", random.conv(3, 2, 1, 0, 1), "x");

    concat(1, "a", "x", "b").unchanged();
  }

  @Test
  void layersBesideEachOtherAlongAnotherAxisStay() {
    graph.input("x", -1, 3, 5, 6);
    graph.add("a", random.conv(3, 2, 1, 0, 1), "x");
    graph.add("b", random.conv(3, 2, 1, 0, 1), "x");

    concat(2, "a", "b").unchanged();
  }

  @Test
  void convolutionsInGroupsAreRefused() {
    graph.input("x", -1, 4, 5, 6);
    graph.add("a", random.conv(4, 4, 1, 0, 2), "x");
    graph.add("b", random.conv(4, 2, 1, 0, 2), "x");

    concat(1, "a", "b").refuses("would stand interleaved", "a", "b");
  }

  @Test
  void convolutionsOfDifferentWindowsAreRefused() {
    graph.input("x", -1, 4, 5, 6);
    graph.add("a", random.conv(4, 4, 1, 0, 1), "x");
    graph.add("b", random.conv(4, 2, 3, 1, 1), "x");

    concat(1, "a", "b").refuses("different windows", "a", "b");
  }

  @Test
  void aBiasOnOneSideAloneIsRefused() {
    graph.input("x", -1, 7, 6);
    String a = product("a", "x", 6, 5, false);

    concat(2, a, product("b", "x", 6, 3, true)).refuses("bias on one side alone", "a", "b_add");
  }

  @Test
  void aLayerThatSomethingElseTakesIsRefused() {
    graph.input("x", -1, 6);
    graph.add("a", random.gemm(6, 5), "x");
    graph.add("b", random.gemm(6, 3), "x");
    graph.output(graph.add("skip", new Unary.Relu(), "a"));

    concat(1, "a", "b").refuses("also used by 'skip'", "a", "skip");
  }

  @Test
  void aLayerThatStandsTwiceIsRefused() {
    graph.input("x", -1, 6);
    graph.add("a", random.gemm(6, 5), "x");

    concat(1, "a", "a").refuses("used twice by y", "a");
  }
}
