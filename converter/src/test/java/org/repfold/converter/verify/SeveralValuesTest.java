package org.repfold.converter.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.Conversion;
import org.repfold.converter.DeployForm;
import org.repfold.converter.io.ModelFile;
import org.repfold.converter.io.dl4j.Dl4jEngine;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** Verification of a network with several inputs and outputs. */
class SeveralValuesTest {
  private final Random random = new Random(2);

  private Tensor tensor(double from, double to, long... shape) {
    int size = Math.toIntExact(Shape.of(shape).elements());
    return Tensor.of(Shape.of(shape), random.doubles(size, from, to).toArray());
  }

  private Operator norm(int channels) {
    return new Operator.BatchNormalization(
        tensor(-1, 1, channels),
        tensor(-1, 1, channels),
        tensor(-1, 1, channels),
        tensor(0.2, 2, channels),
        1e-5);
  }

  /** A map and a row in; a map and the pool of its sum with the row out. */
  private Graph twoTowers() {
    GraphBuilder graph = new GraphBuilder();
    graph.input("map", Shape.UNKNOWN, 3, 5, 4);
    graph.input("row", Shape.UNKNOWN, 6);
    graph.add(
        "conv",
        new Operator.Conv(tensor(-1, 1, 2, 3, 3, 3), Optional.empty(), Window.padded(1), 1),
        "map");
    graph.add("bn", norm(2), "conv");
    graph.add("relu", new Unary.Relu(), "bn");
    graph.add("pool", new Pooling.ReduceMean(List.of(2, 3), false), "relu");
    graph.add("dense", new Operator.Gemm(tensor(-1, 1, 2, 6), Optional.empty()), "row");
    graph.add("bn2", norm(2), "dense");
    graph.add("sum", new Operator.Add(), "pool", "bn2");
    return graph.output("sum").output("relu").build();
  }

  private static DeployForm deploy(Graph train) {
    return DeployForm.of(Conversion.of(train), ModelFile.Format.DL4J, Optional.empty(), Map.of());
  }

  @Test
  void passesOnTheReferenceAndOnDl4j() {
    DeployForm deploy = deploy(twoTowers());
    VerifyOptions options =
        VerifyOptions.defaults()
            .withEngines(List.of(), List.of(new Dl4jEngine(deploy.dl4j().orElseThrow())));
    Verification result = Verifier.verify(deploy.folding(), deploy.shipped(), options);
    assertEquals(List.of(), result.failures());
    assertEquals(0, deploy.shipped().operatorCounts().getOrDefault("BatchNormalization", 0));
  }

  @Test
  void failsWhereTheSecondOutputAloneIsWrong() {
    DeployForm deploy = deploy(twoTowers());
    Graph shipped = deploy.shipped();
    String second = shipped.outputs().get(1);
    List<Node> nodes =
        shipped.nodes().stream()
            .map(node -> node.name().equals(second) ? node.withOperator(new Unary.Abs()) : node)
            .toList();
    Graph wrong = Graph.of(shipped.inputs(), nodes, shipped.outputs());
    Verification result = Verifier.verify(deploy.folding(), wrong, VerifyOptions.defaults());
    assertTrue(
        result.failures().stream().anyMatch(failure -> failure.startsWith("behaviour: deploy")),
        result.failures()::toString);
  }

  @Test
  void formWithOtherInputsIsRefused() {
    DeployForm deploy = deploy(twoTowers());
    GraphBuilder other = new GraphBuilder();
    other.input("map", Shape.UNKNOWN, 3, 5, 4);
    other.add("relu", new Unary.Relu(), "map");
    Graph shipped = other.output("relu").build();
    assertThrows(
        BadInputException.class,
        () -> Verifier.verify(deploy.folding(), shipped, VerifyOptions.defaults()));
  }

  @Test
  void realDataNeedOneInputAndOneOutput() {
    DeployForm deploy = deploy(twoTowers());
    LabelledData data = new LabelledData("images", Nd4j.zeros(2, 3, 5, 4), new int[0]);
    assertThrows(
        BadInputException.class,
        () ->
            Verifier.verify(
                deploy.folding(), deploy.shipped(), VerifyOptions.defaults().withData(data)));
  }
}
