package org.repfold.converter.fold.rules;

import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;

class MergeAffinesTest {
  private final RandomOperators random = new RandomOperators(24);
  private final Tokens tokens = new Tokens(random);

  private FoldFixture fixture() {
    return FoldFixture.of(tokens.graph.output("y").build()).with(new MergeAffines());
  }

  @Test
  void threeBatchNormsBecomeOne() {
    tokens.graph.input("x", -1, 3, 2, 2);
    tokens.graph.add("a", random.batchNorm(3), "x");
    tokens.graph.add("b", random.batchNorm(3), "a");
    tokens.graph.add("c", random.batchNorm(3), "b");
    tokens.graph.add("y", new Unary.Relu(), "c");

    fixture().folds().to("c y").expecting(Operator.BatchNormalization.class, 1);
  }

  @Test
  void whatScalesAndShiftsEachChannelGoesIntoTheBatchNorm() {
    tokens.graph.input("x", -1, 3, 2, 2);
    tokens.scaled("a", "x", 3, 1, 1);
    tokens.graph.add("b", random.batchNorm(3), "a");
    tokens.shifted("c", "b", 1);
    tokens.graph.add("y", new Unary.Relu(), "c");

    fixture().folds().to("c y").expecting(Operator.BatchNormalization.class, 1);
  }

  @Test
  void additionsBecomeOne() {
    tokens.graph.input("x", -1, 3, 4);
    tokens.shifted("a", "x", 4);
    tokens.with("b", new Operator.Sub(), "a", random.tensor(3, 1));
    tokens.graph.add("y", new Unary.Relu(), "b");

    fixture().folds().to("b y").expecting(Operator.Add.class, 1);
  }

  @Test
  void multiplicationsWithAnAdditionBetweenBecomeOneOfEach() {
    tokens.graph.input("x", -1, 3, 4);
    tokens.scaled("a", "x", 4);
    tokens.shifted("b", "a", 3, 4);
    tokens.scaled("c", "b", 3, 1);
    tokens.graph.add("y", new Unary.Relu(), "c");

    fixture()
        .folds()
        .to("c/scale c y")
        .expecting(Operator.Mul.class, 1)
        .expecting(Operator.Add.class, 1);
  }

  @Test
  void aMapAddedBehindABatchNormLeavesAMultiplicationAndAnAddition() {
    tokens.graph.input("x", -1, 3, 2, 2);
    tokens.graph.add("a", random.batchNorm(3), "x");
    tokens.shifted("b", "a", 3, 2, 2);
    tokens.graph.add("y", new Unary.Relu(), "b");

    fixture().folds().to("b/scale b y").expecting(Operator.BatchNormalization.class, 0);
  }

  @Test
  void aMultiplicationAndAnAdditionStay() {
    tokens.graph.input("x", -1, 3, 4);
    tokens.scaled("a", "x", 4);
    tokens.shifted("b", "a", 4);
    tokens.graph.add("y", new Unary.Relu(), "b");

    fixture().unchanged();
  }

  @Test
  void batchNormsBetweenWhichSomethingElseTakesTheValueAreRefused() {
    tokens.graph.input("x", -1, 3, 2, 2);
    tokens.graph.add("a", random.batchNorm(3), "x");
    tokens.graph.add("b", random.batchNorm(3), "a");
    tokens.graph.add("y", new Operator.Add(), "a", "b");

    fixture().refuses("the output of 'a' is also used by 'y'", "b", "a", "y");
  }
}
