package org.repfold.converter.fold.rules;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;

class InverseTransposesTest {
  private final GraphBuilder graph = new GraphBuilder();

  @BeforeEach
  void input() {
    graph.input("x", -1, 2, 3, 4);
  }

  private FoldFixture fixture(String... outputs) {
    for (String output : outputs) {
      graph.output(output);
    }
    return FoldFixture.of(graph.build()).with(new InverseTransposes());
  }

  @Test
  void aTransposeThatUndoesTheOneBeforeItGoesWithIt() {
    graph.add("there", Movement.Transpose.by(2, 0, 3, 1), "x");
    graph.add("back", Movement.Transpose.by(1, 3, 0, 2), "there");
    graph.add("y", new Unary.Relu(), "back");

    fixture("y").folds().to("y");
  }

  @Test
  void theFirstOneStaysWhereSomethingElseTakesItsValue() {
    graph.add("there", Movement.Transpose.by(0, 2, 1, 3), "x");
    graph.add("back", Movement.Transpose.by(0, 2, 1, 3), "there");
    graph.add("y", new Unary.Relu(), "back");
    graph.add("z", new Operator.Identity(), "there");

    fixture("y", "z").folds().to("y there z");
  }

  @Test
  void aTransposeThatDoesNotUndoTheOneBeforeItStays() {
    graph.add("once", Movement.Transpose.by(2, 0, 3, 1), "x");
    graph.add("twice", Movement.Transpose.by(2, 0, 3, 1), "once");
    graph.add("y", new Unary.Relu(), "twice");

    fixture("y").unchanged();
  }

  @Test
  void theNetworksOutputStays() {
    graph.add("there", Movement.Transpose.by(0, 2, 1, 3), "x");
    graph.add("y", Movement.Transpose.by(0, 2, 1, 3), "there");

    fixture("y").unchanged();
  }
}
