package org.repfold.converter.fold.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class WithinTest {
  private final RandomOperators random = new RandomOperators(3);

  /** Two convolutions, each normalised. */
  private Graph graph() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 4, 5, 5);
    graph.add("conv1", random.conv(4, 6, 3, 3, Window.unit(), 1), "x");
    graph.add("norm1", random.batchNorm(6), "conv1");
    graph.add("relu", new Unary.Relu(), "norm1");
    graph.add("conv2", random.conv(6, 3, 1, 1, Window.unit(), 1), "relu");
    graph.add("norm2", random.batchNorm(3), "conv2");
    return graph.output("norm2").build();
  }

  private static FoldRule within(String... nodes) {
    return new Within(new ConvBatchNorm(), Set.of(nodes)::contains);
  }

  @Test
  void foldsWhereAllNodesThatGoAreGiven() {
    Graph folded = FoldFixture.of(graph()).with(within("conv2", "norm2")).folds().graph();

    assertEquals(1, folded.operatorCounts().get("BatchNormalization"));
    assertTrue(folded.find("norm1").isPresent());
  }

  @Test
  void leavesWhatWouldTakeAnotherNodeAway() {
    FoldFixture.of(graph()).with(within("norm1", "norm2", "relu")).unchanged();
    FoldFixture.of(graph()).with(within("conv1", "conv2", "relu")).unchanged();
  }

  @Test
  void goesByTheNameOfTheRule() {
    Folding folding = new Folder(List.of(within("conv1", "norm1"))).apply(graph());

    assertEquals("ConvBatchNorm", folding.steps().get(0).rule());
  }

  @Test
  void refusesOnlyAtGivenNodes() {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 4, 5, 5);
    builder.add("conv", random.conv(4, 6, 3, 3, Window.unit(), 1), "x");
    builder.add("norm", random.batchNorm(6), "conv");
    Graph shared = builder.output("conv").output("norm").build();

    FoldFixture.of(shared).with(within("conv", "norm")).refuses("", "norm");
    Folding elsewhere = new Folder(List.of(within("conv"))).apply(shared);
    assertEquals(Optional.empty(), elsewhere.refusals().stream().findFirst());
  }
}
