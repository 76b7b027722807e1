package org.repfold.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.graph.Refusals.assertRefused;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class GraphTest {
  private static final Input X = new Input("x", Shape.of(Shape.UNKNOWN, 2));

  @Test
  void nodesComeAfterTheirInputsAndOtherwiseAsGiven() {
    Graph graph =
        graph(
            List.of(
                new Node("sum", new Operator.Add(), "b", "a"),
                new Node("a", new Unary.Relu(), "x"),
                new Node("b", new Unary.Sigmoid(), "x"),
                new Node("c", new Unary.Relu(), "x")),
            "sum");
    assertEquals(List.of("b", "a", "sum", "c"), graph.nodes().stream().map(Node::name).toList());
  }

  @Test
  void chainOfManyNodesInReverseIsOrdered() {
    int length = 100_000;
    List<Node> nodes = new java.util.ArrayList<>();
    for (int i = length; i > 0; i--) {
      nodes.add(new Node("n" + i, new Unary.Relu(), i == 1 ? "x" : "n" + (i - 1)));
    }
    assertEquals("n1", graph(nodes, "n" + length).nodes().iterator().next().name());
  }

  @Test
  void unknownInputIsRefused() {
    assertRefused(() -> graph(List.of(new Node("a", new Unary.Relu(), "y")), "a"), "'a'", "'y'");
  }

  @Test
  void duplicateNodeNameIsRefused() {
    Node node = new Node("a", new Unary.Relu(), "x");
    assertRefused(() -> graph(List.of(node, node), "a"), "'a'", "unique");
  }

  @Test
  void nodeNamedLikeAnInputIsRefused() {
    assertRefused(() -> graph(List.of(new Node("x", new Unary.Relu(), "x")), "x"), "'x'", "unique");
  }

  @Test
  void namelessNodeIsRefused() {
    assertRefused(() -> graph(List.of(new Node("", new Unary.Relu(), "x")), ""), "non-empty");
  }

  @Test
  void duplicateInputIsRefused() {
    assertRefused(() -> Graph.of(List.of(X, X), List.of(), List.of("x")), "'x'", "twice");
  }

  @Test
  void cycleIsRefused() {
    assertRefused(
        () ->
            graph(
                List.of(
                    new Node("a", new Operator.Add(), "x", "c"),
                    new Node("b", new Unary.Relu(), "a"),
                    new Node("c", new Unary.Relu(), "b")),
                "c"),
        "cycle");
  }

  @Test
  void nodeThatTakesItselfIsACycle() {
    assertRefused(() -> graph(List.of(new Node("a", new Unary.Relu(), "a")), "a"), "'a'", "cycle");
  }

  @Test
  void wrongNumberOfInputsIsRefused() {
    assertRefused(
        () -> graph(List.of(new Node("a", new Operator.Add(), "x")), "a"),
        "'a' (Add)",
        "expected 2 inputs, found 1");
  }

  @Test
  void unknownOutputIsRefused() {
    assertRefused(() -> graph(List.of(new Node("a", new Unary.Relu(), "x")), "b"), "'b'");
  }

  @Test
  void valueThatNoArrayHoldsIsRefused() {
    Shape large = Shape.of(Shape.UNKNOWN, 1L << 40, 1L << 40);
    assertRefused(
        () -> Graph.of(List.of(new Input("x", large)), List.of(), List.of("x")),
        "input 'x'",
        "fewer than 2^31 elements",
        large.toString());
    assertRefused(
        () ->
            Graph.of(
                List.of(new Input("x", Shape.of(Shape.UNKNOWN, 1, 1 << 15, 1 << 14))),
                List.of(new Node("y", new Movement.Resize(2, 2), "x")),
                List.of("y")),
        "node 'y' (Resize)",
        "fewer than 2^31 elements");
  }

  @Test
  void moreAxesThanEnginesHaveAreRefused() {
    assertEquals(32, Shape.of(new long[32]).rank());
    assertRefused(() -> Shape.of(new long[33]), "at most 32 axes, found 33");
  }

  @Test
  void inputMayBeAnOutput() {
    assertTrue(graph(List.of(), "x").isOutput("x"));
  }

  @Test
  void valueTakenTwiceByOneNodeHasNoSingleUse() {
    Graph graph =
        graph(
            List.of(
                new Node("a", new Unary.Relu(), "x"),
                new Node("twice", new Operator.Mul(), "a", "a")),
            "twice");
    assertEquals(1, graph.consumers("a").size());
    assertFalse(graph.hasSingleUse("a"));
    assertTrue(graph.hasSingleUse("x"));
    assertFalse(graph.hasSingleUse("twice"));
  }

  @Test
  void runningStatisticsAreNotCountedAsParameters() {
    Tensor two = Tensor.vector(1, 2);
    Graph graph =
        graph(
            List.of(
                new Node(
                    "bn",
                    new Operator.BatchNormalization(two, Tensor.vector(3, 4), two, two, 1e-5),
                    "x")),
            "bn");
    assertEquals(4, graph.parameterCount());
  }

  @Test
  void sharedParameterIsCountedAndConvertedOnce() {
    Tensor weight = Tensor.of(Shape.of(2, 2), 1.0, 2.0, 3.0, 4.0);
    Graph graph =
        graph(
            List.of(
                new Node("a", new Operator.Gemm(weight, Optional.empty()), "x"),
                new Node("b", new Operator.Gemm(weight, Optional.empty()), "a")),
            "b");
    assertEquals(4, graph.parameterCount());
    Graph single = graph.withParameters(ElementType.FLOAT32);
    Tensor first = single.find("a").orElseThrow().operator().parameters().get("weight");
    assertEquals(ElementType.FLOAT32, first.type());
    assertSame(first, single.find("b").orElseThrow().operator().parameters().get("weight"));
  }

  @Test
  void operatorsAreCountedByTypeWithoutConstants() {
    Graph graph =
        graph(
            List.of(
                new Node("two", new Operator.Constant(Tensor.vector(2, 2))),
                new Node("a", new Operator.Mul(), "x", "two"),
                new Node("b", new Operator.Mul(), "a", "two"),
                new Node("c", new Unary.Relu(), "b")),
            "c");
    assertEquals(Map.of("Mul", 2, "Relu", 1), graph.operatorCounts());
  }

  @Test
  void metadataChangesNothingElse() {
    Graph graph = graph(List.of(new Node("a", new Unary.Relu(), "x")), "a");
    Graph described = graph.withMetadata(Map.of("source", "test"));
    assertEquals(Map.of("source", "test"), described.metadata());
    assertEquals(List.copyOf(graph.nodes()), List.copyOf(described.nodes()));
  }

  @Test
  void aConvolutionThatOnlyMovesChannelsLearnsNothing() {
    assertEquals(0, parameters(Tensor.of(Shape.of(2, 1, 1, 3), 0.0, 1.0, 0.0, 0.0, 0.0, 1.0), 2));
    assertEquals(6, parameters(Tensor.of(Shape.of(2, 1, 1, 3), 0.0, 1.0, 0.0, 0.0, 0.0, 2.0), 2));
    assertEquals(6, parameters(Tensor.of(Shape.of(2, 1, 1, 3), 0.0, 1.0, 0.0, 1.0, 0.0, 1.0), 2));
    assertEquals(12, parameters(Tensor.of(Shape.of(2, 2, 1, 3), new double[12]), 1));
  }

  private static long parameters(Tensor weight, int group) {
    Operator conv = new Operator.Conv(weight, Optional.empty(), Window.unit(), group);
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 4, 4);
    graph.add("conv", conv, "x");
    return graph.output("conv").build().parameterCount();
  }

  private static Graph graph(List<Node> nodes, String output) {
    return Graph.of(List.of(X), nodes, List.of(output));
  }
}
