package org.repfold.converter.io.pytorch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

class GraphStateDictTest {
  private final RandomOperators random = new RandomOperators(3);

  @Test
  void parametersHaveTheNamesOfPyTorchsModules() {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 4, 3, 3);
    builder.add("stem.conv", random.conv(4, 2, 3, 3, Window.unit(), 1), "x");
    builder.add("stem.bn", random.batchNorm(2), "stem.conv");
    builder.add("fc/flat", new Movement.Flatten(), "stem.bn");
    builder.add("fc/product", random.gemm(2, 5), "fc/flat");
    Graph graph = builder.output("fc/product").build();

    var tensors = GraphStateDict.of(graph);

    assertEquals(
        Set.of(
            "stem.conv.weight",
            "stem.conv.bias",
            "stem.bn.weight",
            "stem.bn.bias",
            "stem.bn.running_mean",
            "stem.bn.running_var",
            "stem.bn.num_batches_tracked",
            "fc.weight",
            "fc.bias"),
        tensors.keySet());
    Operator.BatchNormalization norm =
        (Operator.BatchNormalization) graph.find("stem.bn").orElseThrow().operator();
    assertEquals(norm.scale(), tensors.get("stem.bn.weight"));
    assertEquals(norm.variance(), tensors.get("stem.bn.running_var"));
    assertEquals(Tensor.of(Shape.of(), 0L), tensors.get("stem.bn.num_batches_tracked"));
  }

  @Test
  void productsWithMatricesAreDenseLayers() {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 2, 3);
    builder.add(
        "rows/weight", new Operator.Constant(Tensor.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6.0)));
    builder.add("rows/matmul", new Operator.MatMul(), "x", "rows/weight");
    builder.add("rows/bias", new Operator.Constant(Tensor.vector(7, 8)));
    builder.add("rows", new Operator.Add(), "rows/matmul", "rows/bias");
    builder.add("columns/weight", new Operator.Constant(Tensor.of(Shape.of(1, 2), 1, 2.0)));
    builder.add("columns", new Operator.MatMul(), "columns/weight", "rows");

    assertEquals(
        Map.of(
            "rows.weight", Tensor.of(Shape.of(2, 3), 1, 3, 5, 2, 4, 6.0),
            "rows.bias", Tensor.vector(7, 8),
            "columns.weight", Tensor.of(Shape.of(1, 2), 1, 2.0)),
        GraphStateDict.of(builder.output("columns").build()));
  }

  @Test
  void tensorsTakeTheShapesThatTheirModulesHave() {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 4, 3, 3);
    builder.add("fc", random.conv(4, 2, 1, 1, Window.unit(), 1), "x");
    builder.add("conv", random.conv(2, 3, 1, 1, Window.unit(), 1), "fc");
    Graph graph = builder.output("conv").build();

    var tensors =
        GraphStateDict.of(
            graph, Map.of("fc.weight", Shape.of(2, 4), "conv.weight", Shape.of(2, 3)));

    assertEquals(Shape.of(2, 4), tensors.get("fc.weight").shape());
    assertEquals(Shape.of(3, 2, 1, 1), tensors.get("conv.weight").shape(), "it is no transpose");
  }

  private static String refusal(Graph graph) {
    return assertThrows(BadInputException.class, () -> GraphStateDict.of(graph)).getMessage();
  }

  @Test
  void otherOperatorsWithParametersAreRefused() {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 4);
    builder.add("two", new Operator.Constant(Tensor.of(Shape.of(1), 2.0)));
    builder.add("y", new Operator.Mul(), "x", "two");

    String message = refusal(builder.output("y").build());

    assertTrue(message.contains("'two'") && message.contains("Constant"), message);
  }

  @Test
  void twoLayersOfOneModuleAreRefused() {
    GraphBuilder builder = new GraphBuilder();
    builder.input("x", -1, 4);
    builder.add("fc/a", random.gemm(4, 4), "x");
    builder.add("fc/b", random.gemm(4, 4), "fc/a");

    assertTrue(refusal(builder.output("fc/b").build()).contains("'fc.weight', found two"));
  }
}
