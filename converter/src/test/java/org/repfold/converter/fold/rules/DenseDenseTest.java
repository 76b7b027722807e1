package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;

class DenseDenseTest {
  private final RandomOperators random = new RandomOperators(26);
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

  private FoldFixture folding(String output) {
    return FoldFixture.of(graph.output(output).build()).with(new DenseDense());
  }

  @Test
  void aGemmOfAGemmFolds() {
    graph.input("x", -1, 6);
    graph.add("first", random.gemm(6, 9), "x");
    graph.add("second", random.gemm(9, 5), "first");

    folding("second").folds().to("second");
  }

  @Test
  void aGemmWithoutBiasFolds() {
    graph.input("x", -1, 6);
    graph.add("first", new Operator.Gemm(random.tensor(9, 6), Optional.empty()), "x");
    graph.add("second", random.gemm(9, 5), "first");

    folding("second").folds().to("second");
  }

  @Test
  void productsWithTheirBiasesFoldOverSequences() {
    graph.input("x", -1, 7, 6);
    String first = product("first", "x", 6, 9, true);

    folding(product("second", first, 9, 5, true)).folds().to("second second_add");
  }

  @Test
  void aBiasThatTheSecondHasNoPlaceForIsAddedBehindIt() {
    graph.input("x", -1, 7, 6);
    String first = product("first", "x", 6, 9, true);

    folding(product("second", first, 9, 5, false))
        .folds()
        .expecting(Operator.MatMul.class, 1)
        .expecting(Operator.Add.class, 1);
  }

  @Test
  void aBiasThatWouldBeAddedToMoreNumbersIsRefused() {
    graph.input("x", -1, 7, 6);
    String first = product("first", "x", 6, 5, true);

    folding(product("second", first, 5, 15, false))
        .refuses("would be added to more numbers", "first_add", "second");
  }

  @Test
  void productsOverTheTokensFold() {
    graph.input("x", -1, 7, 6);
    graph.add("first_weight", new Operator.Constant(random.tensor(9, 7)));
    graph.add("first", new Operator.MatMul(), "first_weight", "x");
    graph.add("second_weight", new Operator.Constant(random.tensor(7, 9)));
    graph.add("second", new Operator.MatMul(), "second_weight", "first");

    folding("second").folds().to("second");
  }

  @Test
  void aProductOverFeaturesOfOneOverTokensStays() {
    graph.input("x", -1, 7, 6);
    graph.add("first_weight", new Operator.Constant(random.tensor(7, 7)));
    graph.add("first", new Operator.MatMul(), "first_weight", "x");

    folding(product("second", "first", 6, 6, false)).unchanged();
  }

  @Test
  void aWeightThatBothShareIsMultipliedWithItself() {
    graph.input("x", -1, 6);
    graph.add("weight", new Operator.Constant(random.tensor(6, 6)));
    graph.add("first", new Operator.MatMul(), "x", "weight");
    graph.add("second", new Operator.MatMul(), "first", "weight");

    folding("second").folds().to("second");
  }

  @Test
  void aBottleneckIsRefused() {
    graph.input("x", -1, 6);
    graph.add("first", random.gemm(6, 2), "x");
    graph.add("second", random.gemm(2, 6), "first");

    folding("second").refuses("would need 36 multiplications", "first", "second");
  }

  @Test
  void aFirstThatSomethingElseTakesIsRefused() {
    graph.input("x", -1, 6);
    graph.add("first", random.gemm(6, 9), "x");
    graph.add("second", random.gemm(9, 5), "first");
    graph.output(graph.add("skip", new Unary.Relu(), "first"));

    folding("second").refuses("also used by 'skip'", "first", "skip");
  }
}
