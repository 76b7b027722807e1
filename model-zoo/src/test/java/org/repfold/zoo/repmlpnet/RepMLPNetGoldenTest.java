package org.repfold.zoo.repmlpnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.zoo.Closeness.assertClose;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.zoo.FormulaWeights;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.StateDict;

public class RepMLPNetGoldenTest {
  /** Rounding of float64 in networks of a few thousand operations per value. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  private static final double FLOAT_TOLERANCE = 1e-6;

  public static final RepMLPNetConfiguration TINY =
      new RepMLPNetConfiguration(
          3,
          10,
          32,
          32,
          4,
          4,
          List.of(1, 2),
          List.of(16, 32),
          List.of(4, 4),
          List.of(4, 4),
          List.of(2, 8),
          List.of(1, 3),
          4);

  static Stream<Arguments> blocks() {
    return Stream.of(
        Arguments.of(
            "repmlpnet_block", new RepMLPBlockConfiguration(8, 8, 8, 4, 4, 2, List.of(1, 3), 4)),
        Arguments.of(
            "repmlpnet_block_k135",
            new RepMLPBlockConfiguration(12, 14, 5, 7, 5, 4, List.of(1, 3, 5), 4)),
        Arguments.of(
            "repmlpnet_block_noconv",
            new RepMLPBlockConfiguration(8, 4, 4, 4, 4, 8, List.of(), 4)));
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void blockInDoubleReproducesTheReference(String name, RepMLPBlockConfiguration block) {
    Golden golden = Golden.read(name);
    assertClose(
        golden.tensor("y_exact"), runBlock(golden, block, DataType.DOUBLE), DOUBLE_TOLERANCE);
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void blockInFloatReproducesTheReference(String name, RepMLPBlockConfiguration block) {
    Golden golden = Golden.read(name);
    assertClose(golden.tensor("y_exact"), runBlock(golden, block, DataType.FLOAT), FLOAT_TOLERANCE);
  }

  private static INDArray runBlock(Golden golden, RepMLPBlockConfiguration block, DataType type) {
    return run(RepMLPNet.buildBlock(block, GraphOptions.inference(type)), golden, type);
  }

  @Test
  void tinyNetworkInDoubleReproducesTheReference() {
    Golden golden = Golden.read("repmlpnet_tiny");
    assertClose(golden.tensor("y_exact"), runTiny(golden, DataType.DOUBLE), DOUBLE_TOLERANCE);
  }

  @Test
  void tinyNetworkInFloatReproducesTheReference() {
    Golden golden = Golden.read("repmlpnet_tiny");
    assertClose(golden.tensor("y_exact"), runTiny(golden, DataType.FLOAT), FLOAT_TOLERANCE);
  }

  private static INDArray runTiny(Golden golden, DataType type) {
    return run(RepMLPNet.build(TINY, GraphOptions.inference(type)), golden, type);
  }

  private static INDArray run(ComputationGraph graph, Golden golden, DataType type) {
    StateDict.load(graph, golden.train());
    return graph.outputSingle(golden.tensor("x").castTo(type));
  }

  @Test
  void formulaGivesItsPublishedFirstValues() {
    assertEquals(0.05088649317622185f, FormulaWeights.tensor("head.weight", 1000, 512)[0]);
    assertEquals(0.08518918603658676f, FormulaWeights.tensor("head.bias", 1000)[1]);
    assertEquals(
        1.2543991804122925f, FormulaWeights.tensor("stages.0.0.prebn1.running_var", 64)[3]);
  }
}
