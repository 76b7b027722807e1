package org.repfold.converter.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** The driver: what it makes of a graph depends on how the nodes are connected, and on no more. */
class FolderTest {
  private final RandomOperators random = new RandomOperators(12);

  @RepeatedTest(20)
  void theOrderInWhichNodesAreListedChangesNothing(RepetitionInfo repetition) {
    for (Graph graph : List.of(branches(), sharedNormalisation(), refused())) {
      Graph shuffled = shuffled(graph, repetition.getCurrentRepetition());

      Folding expected = Folder.fold(graph);
      Folding found = Folder.fold(shuffled);

      assertEquals(
          List.copyOf(expected.folded().nodes()),
          List.copyOf(found.folded().nodes()),
          "names, operands and every bit of the parameters");
      assertEquals(expected.steps(), found.steps());
      assertEquals(expected.refusals(), found.refusals());
      assertEquals(expected.equivalents(), found.equivalents());
    }
  }

  @Test
  void aNodeThatNoOutputNeedsDoesNotCountAsAUse() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 3, 3);
    graph.add("conv", random.conv(2, 2, 3, 1, 1), "x");
    graph.add("dead", new Unary.Relu(), "conv");
    graph.add("norm", random.batchNorm(2), "conv");

    FoldFixture.of(graph.output("norm").build()).withAllRules().folds().to("norm");
  }

  @Test
  void refusalsComeOnceAndInTheNetworksOrder() {
    List<Refusal> refusals = Folder.fold(refused()).refusals();

    assertEquals(
        List.of("norm1", "norm2"),
        refusals.stream().map(refusal -> refusal.nodes().get(0)).toList());
  }

  @Test
  void aSumOfThousandBranchesFoldsInTime() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 1, 3, 3);
    String sum = graph.add("branch0", random.conv(1, 1, 3, 1, 1), "x");
    for (int i = 1; i < 1000; i++) {
      String branch = graph.add("branch" + i, random.conv(1, 1, 3, 1, 1), "x");
      sum = graph.add("sum" + i, new Operator.Add(), sum, branch);
    }
    Graph built = graph.output(sum).build();

    Folding folding = assertTimeoutPreemptively(Duration.ofSeconds(30), () -> Folder.fold(built));

    assertEquals(Map.of("Conv", 1), folding.folded().operatorCounts());
  }

  @Test
  void largeResultsTakeNoHeap() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 400, 1, 1);
    graph.add("conv", random.conv(400, 400, 1, 0, 1), "x");
    graph.add("norm", random.batchNorm(400), "conv");
    Graph built = graph.output("norm").build();

    Folding folding = Folder.fold(built);

    Operator.Conv conv = (Operator.Conv) folding.folded().find("norm").orElseThrow().operator();
    assertTrue(conv.weight().isView());
    assertFalse(conv.bias().orElseThrow().isView());
  }

  private static Graph shuffled(Graph graph, long seed) {
    List<Node> nodes = new ArrayList<>(graph.nodes());
    Collections.shuffle(nodes, new Random(seed));
    return Graph.of(graph.inputs(), nodes, graph.outputs());
  }

  /** Branches of several kernels and groups, each normalised, that could merge in many orders. */
  private Graph branches() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 4, 6, 6);
    List<String> branches = new ArrayList<>();
    for (int kernel : new int[] {1, 3, 5, 1}) {
      String conv = "conv" + branches.size();
      graph.add(conv, random.conv(4, 4, kernel, kernel / 2, kernel == 3 ? 4 : 2), "x");
      branches.add(graph.add("norm" + branches.size(), random.batchNorm(4), conv));
    }
    graph.add("left", new Operator.Add(), branches.get(0), branches.get(3));
    graph.add("right", new Operator.Add(), branches.get(2), branches.get(1));
    graph.add("y", new Operator.Add(), "left", "right");
    return graph.output("y").build();
  }

  /** A normalisation that three layers take, each of which gets its copy. */
  private Graph sharedNormalisation() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 4, 6, 6);
    graph.add("relu", new Unary.Relu(), "x");
    graph.add("norm", random.batchNorm(4), "relu");
    for (int i = 1; i <= 3; i++) {
      graph.add("conv" + i, random.conv(4, 2, 1, i, Window.unit(), 1), "norm");
      graph.output(graph.add("out" + i, new Unary.Relu(), "conv" + i));
    }
    return graph.build();
  }

  /** Two normalisations that cannot be folded. */
  private Graph refused() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 5, 5);
    graph.add("conv1", random.conv(2, 2, 3, 1, 1), "x");
    graph.add("norm1", random.batchNorm(2), "conv1");
    graph.add("relu1", new Unary.Relu(), "norm1");
    graph.add("sum1", new Operator.Add(), "relu1", "conv1");
    graph.add("conv2", random.conv(2, 2, 3, 1, 1), "sum1");
    graph.add("norm2", random.batchNorm(2), "conv2");
    graph.add("relu2", new Unary.Relu(), "norm2");
    graph.add("sum2", new Operator.Add(), "relu2", "conv2");
    return graph.output("sum2").build();
  }
}
