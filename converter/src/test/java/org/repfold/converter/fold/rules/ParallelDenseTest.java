package org.repfold.converter.fold.rules;

import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;

class ParallelDenseTest {
  private final RandomOperators random = new RandomOperators(27);
  private final GraphBuilder graph = new GraphBuilder();

  /** A product with a constant {@code [in, out]}, and a bias where wanted. */
  private String product(String name, String input, int in, int out, boolean bias) {
    graph.add(name + "_weight", new Operator.Constant(random.tensor(in, out)));
    String product = graph.add(name, new Operator.MatMul(), input, name + "_weight");
    if (!bias) {
      return product;
    }
    graph.add(name + "_bias", new Operator.Constant(random.tensor(out)));
    return graph.add(name + "_add", new Operator.Add(), name + "_bias", product);
  }

  private FoldFixture sum(String left, String right) {
    graph.add("sum", new Operator.Add(), left, right);
    return FoldFixture.of(graph.output("sum").build()).with(new ParallelDense());
  }

  @Test
  void twoGemmsOfOneInputFold() {
    graph.input("x", -1, 6);
    graph.add("a", random.gemm(6, 5), "x");
    graph.add("b", random.gemm(6, 5), "x");

    sum("a", "b").folds().to("sum");
  }

  @Test
  void twoProductsWithBiasesFold() {
    graph.input("x", -1, 7, 6);
    String a = product("a", "x", 6, 5, true);

    sum(a, product("b", "x", 6, 5, true)).folds().to("a sum");
  }

  @Test
  void aBiasOnOneSideAloneIsKept() {
    graph.input("x", -1, 7, 6);
    String a = product("a", "x", 6, 5, false);

    sum(a, product("b", "x", 6, 5, true)).folds().to("b sum");
  }

  @Test
  void theInputItselfJoins() {
    graph.input("x", -1, 7, 6);

    sum("x", product("a", "x", 6, 6, true)).folds().to("a sum");
  }

  @Test
  void aNormalisedInputJoinsAGemm() {
    graph.input("x", -1, 6);
    graph.add("norm", random.batchNorm(6), "x");
    graph.add("a", random.gemm(6, 6), "x");

    sum("a", "norm").folds().to("sum");
  }

  @Test
  void anInputScaledByTokensStaysBesideAProductOverFeatures() {
    graph.input("x", -1, 6, 6);
    graph.add("norm", random.batchNorm(6), "x");

    sum("norm", product("a", "x", 6, 6, true)).unchanged();
  }

  @Test
  void aShiftThatStaysForSomethingElseIsNotAddedOnceMoreBehindAProduct() {
    graph.input("x", -1, 6, 6);
    graph.add("shift", new Operator.Constant(random.tensor(1, 1, 1)));
    graph.output(graph.add("shifted", new Operator.Add(), "x", "shift"));

    sum(product("a", "x", 6, 6, false), "shifted").unchanged();
  }

  @Test
  void layersOfDifferentInputsStay() {
    graph.input("x", -1, 6);
    graph.input("y", -1, 6);
    graph.add("a", random.gemm(6, 5), "x");
    graph.add("b", random.gemm(6, 5), "y");

    sum("a", "b").unchanged();
  }

  @Test
  void productsOverFeaturesAndOverTokensStay() {
    graph.input("x", -1, 6, 6);
    graph.add("b_weight", new Operator.Constant(random.tensor(6, 6)));
    graph.add("b", new Operator.MatMul(), "b_weight", "x");

    sum(product("a", "x", 6, 6, false), "b").unchanged();
  }

  @Test
  void aLayerThatSomethingElseTakesIsRefused() {
    graph.input("x", -1, 6);
    graph.add("a", random.gemm(6, 6), "x");
    graph.add("b", random.gemm(6, 6), "x");
    graph.output(graph.add("skip", new Unary.Relu(), "b"));

    sum("a", "b").refuses("also used by 'skip'", "b", "skip");
  }

  @Test
  void aLayerBesideItsInputThatSomethingElseTakesIsRefused() {
    graph.input("x", -1, 6);
    graph.add("a", random.gemm(6, 6), "x");
    graph.output(graph.add("skip", new Unary.Relu(), "a"));

    sum("a", "x").refuses("also used by 'skip'", "a", "skip");
  }
}
