package org.repfold.converter.fold;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.repfold.converter.fold.rules.ConvBatchNorm;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;

/** What the fixture must not let pass. */
class FoldFixtureTest {
  private final RandomOperators random = new RandomOperators(3);

  private final Graph sequence = build("relu");
  private final Graph usedTwice = build("conv");

  private Graph build(String addend) {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 3, 3);
    graph.add("conv", random.conv(2, 2, 1, 0, 1), "x");
    graph.add("norm", random.batchNorm(2), "conv");
    graph.add("relu", new Unary.Relu(), "norm");
    graph.add("sum", new Operator.Add(), "norm", addend);
    return graph.output("sum").build();
  }

  /** Drops the BatchNormalization. */
  private record Wrong() implements FoldRule {
    @Override
    public Match match(GraphView graph, Node node) {
      return node.operator() instanceof Operator.BatchNormalization
          ? Match.replace(List.of(node), List.of(node.withOperator(new Operator.Identity())))
          : Match.none();
    }
  }

  /** Puts an Identity in front of the activation. */
  private record Growing() implements FoldRule {
    @Override
    public Match match(GraphView graph, Node node) {
      return node.operator() instanceof Unary.Relu
              && graph.find(node.input(), Operator.Identity.class).isEmpty()
          ? Match.replace(
              List.of(node),
              List.of(
                  new Node("more", new Operator.Identity(), node.inputs()),
                  node.withInputs(List.of("more"))))
          : Match.none();
    }
  }

  @Test
  void aFoldIsStatedByCountsNamesAndRefusals() {
    FoldFixture.of(sequence)
        .with(new ConvBatchNorm())
        .folds()
        .expecting(Operator.Conv.class, 1)
        .expecting(Operator.BatchNormalization.class, 0)
        .to("conv relu sum");
  }

  @Test
  void aRefusalIsStatedByReasonAndCulprits() {
    FoldFixture.of(usedTwice).with(new ConvBatchNorm()).refuses("also used by", "conv", "sum");
  }

  @Test
  void aFoldingThatChangesNothingFails() {
    fails("no rule applied", () -> FoldFixture.of(usedTwice).with(new ConvBatchNorm()).folds());
  }

  @Test
  void aFoldingThatChangesSomethingIsNotUnchanged() {
    fails("applied", () -> FoldFixture.of(sequence).with(new ConvBatchNorm()).unchanged());
    fails("applied", () -> FoldFixture.of(sequence).with(new ConvBatchNorm()).refuses(""));
  }

  @Test
  void anotherReasonThanTheStatedOneFails() {
    fails("refusals", () -> FoldFixture.of(usedTwice).with(new ConvBatchNorm()).refuses("padding"));
    fails(
        "refusals",
        () -> FoldFixture.of(usedTwice).with(new ConvBatchNorm()).refuses("also", "relu"));
  }

  @Test
  void aFoldThatChangesTheFunctionFails() {
    fails("may differ by", () -> FoldFixture.of(sequence).with(new Wrong()).folds());
  }

  @Test
  void aFoldThatDoesNotLowerTheMeasureFails() {
    fails("measure", () -> FoldFixture.of(sequence).with(new Growing()).folds());
  }

  private static void fails(String words, Executable executable) {
    AssertionError error = assertThrows(AssertionError.class, executable);
    assertTrue(error.getMessage().contains(words), error.getMessage());
  }
}
