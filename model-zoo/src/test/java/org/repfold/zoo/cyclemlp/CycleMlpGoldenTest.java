package org.repfold.zoo.cyclemlp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.zoo.Closeness.assertClose;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Operator;
import org.repfold.zoo.Form;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.StateDict;

/** The small network of the golden case, in all forms. */
public class CycleMlpGoldenTest {
  /** Rounding of float64 in networks of a few thousand operations per value. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  private static final double FLOAT_TOLERANCE = 1e-6;

  public static final CycleMlpConfiguration TINY =
      new CycleMlpConfiguration(
          3,
          10,
          32,
          32,
          List.of(1, 2),
          List.of(12, 20),
          List.of(4.0, 4.0),
          List.of(true),
          1,
          false);

  private static final Golden GOLDEN = Golden.read("cyclemlp_tiny");

  private static ComputationGraph tiny(DataType type) {
    ComputationGraph graph =
        new ComputationGraph(TINY.graph(Form.TRAIN, GraphOptions.inference(type)));
    graph.init();
    StateDict.load(graph, GOLDEN.train());
    return graph;
  }

  @ParameterizedTest
  @CsvSource({"DOUBLE, " + DOUBLE_TOLERANCE, "FLOAT, " + FLOAT_TOLERANCE})
  void dl4jReproducesTheReference(DataType type, double tolerance) {
    assertClose(
        GOLDEN.tensor("y_exact"),
        tiny(type).outputSingle(GOLDEN.tensor("x").castTo(type)),
        tolerance);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT64, " + DOUBLE_TOLERANCE, "FLOAT32, " + FLOAT_TOLERANCE})
  void theGraphReproducesTheReferenceBeforeAndAfterFolding(ElementType type, double tolerance) {
    Conversion conversion = Conversion.of(new Dl4jReader().read(tiny(DataType.FLOAT)).graph());
    Graph deploy =
        type == ElementType.FLOAT64 ? conversion.lowering().folded() : conversion.deploy();

    assertReproduces(conversion.folding().source(), type, tolerance);
    assertReproduces(deploy, type, tolerance);
  }

  private static void assertReproduces(Graph graph, ElementType type, double tolerance) {
    INDArray y = new ReferenceExecutor(graph, type).run(GOLDEN.tensor("x"));
    assertClose(GOLDEN.tensor("y_exact"), y, tolerance);
  }

  @Test
  void noNormKeepsItsGainAndOnlyThoseBeforeCycleFcTheirShift() {
    Conversion conversion = Conversion.of(new Dl4jReader().read(tiny(DataType.FLOAT)).graph());

    conversion
        .folding()
        .folded()
        .nodes()
        .forEach(
            node -> {
              if (node.operator() instanceof Operator.LayerNormalization norm) {
                for (int i = 0; i < norm.scale().size(); i++) {
                  assertEquals(1, norm.scale().get(i), node.name());
                }
                assertEquals(node.name().contains(".norm1"), norm.shift().isPresent(), node.name());
              }
            });
    assertTrue(
        conversion.folding().refusals().stream()
            .anyMatch(
                refusal ->
                    refusal.nodes().contains("network.0.0.attn.sfc_h/shift")
                        && refusal.reason().contains("the border would change")),
        () -> conversion.folding().refusals().toString());
  }

  @Test
  void imagesOfOtherSizesAreTaken() {
    ComputationGraph graph = tiny(DataType.DOUBLE);
    INDArray x = GOLDEN.tensor("x");
    CycleMlpConfiguration larger = TINY.withImage(64, 32);
    ComputationGraph expected =
        new ComputationGraph(larger.graph(Form.TRAIN, GraphOptions.inference(DataType.DOUBLE)));
    expected.init();
    StateDict.load(expected, GOLDEN.train());
    INDArray image = Nd4j.concat(2, x, x);

    assertClose(
        new ReferenceExecutor(new Dl4jReader().read(expected).graph(), ElementType.FLOAT64)
            .run(image),
        graph.outputSingle(image),
        DOUBLE_TOLERANCE);
  }
}
