package org.repfold.converter.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

class GraphSummaryTest {
  private final RandomOperators random = new RandomOperators(2);
  private final GraphBuilder graph = new GraphBuilder();

  @Test
  void countsTwoFlopsForEachMultiplyAddOfAGroupedConvolution() {
    graph.input("x", -1, 4, 5, 5);
    graph.add("conv", random.conv(4, 6, 3, 1, 2), "x");

    assertEquals(2L * 6 * 5 * 5 * 2 * 3 * 3, summary("conv").flops());
  }

  @Test
  void countsTheFlopsOfATransposedConvolutionByTheMapItTakes() {
    graph.input("x", -1, 4, 5, 5);
    Operator transposed =
        new Operator.ConvTranspose(
            random.tensor(4, 3, 2, 2), Optional.empty(), Window.strided(2, 2), 2);
    graph.add("transposed", transposed, "x");

    assertEquals(2L * 4 * 5 * 5 * 3 * 2 * 2, summary("transposed").flops());
  }

  @Test
  void givesTheShapesOfAnUnknownOperatorAtBatchOne() {
    graph.input("x", -1, 3);
    Operator odd =
        new Operator.Opaque(
            "com.example.Odd",
            List.of(Shape.of(-1, 3)),
            Shape.of(-1, 7),
            new Operator.Opaque.Body() {});
    graph.add("odd", odd, "x");

    NodeSummary node = summary("odd").nodes().get(0);

    assertEquals(List.of(1L, 7L), node.shape());
    assertEquals("com.example.Odd", node.attributes());
  }

  @Test
  void countsTheFlopsOfPartitionsThatLieOnTheBatchAxis() {
    graph.input("x", -1, 2, 4, 4);
    graph.add("parts", Movement.Reshape.to(-1, 2, 2, 2), "x");
    graph.add("conv", random.conv(2, 2, 1, 0, 1), "parts");

    GraphSummary summary = summary("conv");

    assertEquals(List.of(4L, 2L, 2L, 2L), summary.nodes().get(0).shape());
    assertEquals(2L * 4 * 2 * 2 * 2 * 2, summary.flops());
  }

  @Test
  void countsTheFlopsOfMatrixProducts() {
    graph.input("x", -1, 3, 5);
    graph.add("weight", new Operator.Constant(random.tensor(5, 7)));
    graph.add("product", new Operator.MatMul(), "x", "weight");
    graph.add("flat", new Movement.Flatten(), "product");
    graph.add("dense", random.gemm(21, 2), "flat");

    assertEquals(2L * 3 * 5 * 7 + 2L * 21 * 2, summary("dense").flops());
  }

  @Test
  void countsNothingElse() {
    graph.input("x", -1, 4, 5, 5);
    graph.add("norm", random.batchNorm(4), "x");
    graph.add("relu", new Unary.Relu(), "norm");

    GraphSummary summary = summary("relu");

    assertEquals(0, summary.flops());
    assertEquals(8, summary.parameters());
    assertEquals(Map.of("BatchNormalization", 1, "Relu", 1), summary.operators());
  }

  private GraphSummary summary(String output) {
    return GraphSummary.of(graph.output(output).build());
  }
}
