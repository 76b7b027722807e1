package org.repfold.converter.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.rules.BatchNormGlobalAveragePool;
import org.repfold.converter.fold.rules.ReshapeBatchNorm;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Names and termination, whatever the rules produce. */
class WorkspaceTest {
  private final RandomOperators random = new RandomOperators(6);

  @Test
  void poolThatIsAnOutputKeepsItsNameWhenTheNormalisationMovesBehindIt() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 3, 4, 5);
    graph.add("norm", random.batchNorm(3), "x");
    graph.add("pool", new Pooling.GlobalAveragePool(), "norm");

    Graph folded =
        FoldFixture.of(graph.output("pool").build())
            .with(new BatchNormGlobalAveragePool())
            .folds()
            .graph();

    assertEquals("BatchNormalization", folded.find("pool").orElseThrow().operator().type());
  }

  @Test
  void normalisationThatIsAnOutputKeepsItsNameWhenItMovesBeforeTheLayout() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 7);
    graph.add("fc", random.gemm(7, 12), "x");
    graph.add("map", Movement.Reshape.to(-1, 3, 2, 2), "fc");
    graph.add("norm", random.batchNorm(3), "map");

    Graph folded =
        FoldFixture.of(graph.output("norm").build()).with(new ReshapeBatchNorm()).folds().graph();

    assertEquals("Reshape", folded.find("norm").orElseThrow().operator().type());
  }

  @Test
  void newNodesAvoidNamesThatTheNetworkHas() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("norm/1", -1, 3, 4, 5);
    graph.add("norm", random.batchNorm(3), "norm/1");
    graph.add("norm/2", random.conv(3, 2, 3, 0, 1), "norm");
    graph.add("pool", new Pooling.GlobalAveragePool(), "norm");
    graph.add("fc", random.conv(3, 2, 1, 0, 1), "pool");

    Graph folded =
        FoldFixture.of(graph.output("norm/2").output("fc").build()).withAllRules().folds().graph();

    assertEquals(0, folded.operatorCounts().getOrDefault("BatchNormalization", 0));
  }

  @Test
  void foldingEndsWhenNeitherNeighbourCanTakeTheNormalisationIn() {
    Tensor huge = Tensor.of(Shape.of(2, 2), 1e30, 1e30, 1e30, 1e30);
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2);
    graph.add("before", new Operator.Gemm(huge, java.util.Optional.empty()), "x");
    graph.add("map", Movement.Reshape.to(-1, 2, 1, 1), "before");
    graph.add(
        "norm",
        new Operator.BatchNormalization(
            Tensor.vector(1e10, 1e10),
            random.tensor(2),
            random.tensor(2),
            Tensor.vector(1, 1),
            1e-5),
        "map");
    graph.add("after", random.conv(2, 2, 3, 1, 1), "norm");
    Graph built = graph.output("after").build();

    Folding folding = assertTimeoutPreemptively(Duration.ofSeconds(10), () -> Folder.fold(built));

    assertEquals(List.of("after"), folding.folded().outputs());
    assertEquals(1, folding.folded().operatorCounts().get("BatchNormalization"));
  }
}
