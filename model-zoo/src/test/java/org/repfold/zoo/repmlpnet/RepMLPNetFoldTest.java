package org.repfold.zoo.repmlpnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.zoo.Closeness.assertClose;

import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.StateDict;

/** Folds the golden train forms and compares with what the reference implementation computes. */
class RepMLPNetFoldTest {
  /** Rounding of float64 in networks of a few thousand operations per value. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  private static final double FLOAT_TOLERANCE = 1e-6;

  static Stream<Arguments> goldens() {
    return Stream.concat(
        RepMLPNetGoldenTest.blocks()
            .map(
                block ->
                    Arguments.of(
                        block.get()[0],
                        RepMLPNet.buildBlock(
                            (RepMLPBlockConfiguration) block.get()[1],
                            GraphOptions.inference(DataType.FLOAT)))),
        Stream.of(
            Arguments.of(
                "repmlpnet_tiny",
                RepMLPNet.build(
                    RepMLPNetGoldenTest.TINY, GraphOptions.inference(DataType.FLOAT)))));
  }

  private static Conversion convert(Golden golden, ComputationGraph network) {
    StateDict.load(network, golden.train());
    return Conversion.of(new Dl4jReader().read(network).graph());
  }

  private static void assertGives(Golden golden, Graph graph, ElementType type, double tolerance) {
    INDArray output = new ReferenceExecutor(graph, type).run(golden.tensor("x"));
    assertClose(golden.tensor("y_exact"), output, tolerance);
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void everyFormInDoubleReproducesTheReference(String name, ComputationGraph network) {
    Golden golden = Golden.read(name);
    Conversion conversion = convert(golden, network);

    for (Graph form :
        List.of(
            conversion.folding().source(),
            conversion.folding().folded(),
            conversion.lowering().folded())) {
      assertGives(golden, form, ElementType.FLOAT64, DOUBLE_TOLERANCE);
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void everyFormInFloatReproducesTheReference(String name, ComputationGraph network) {
    Golden golden = Golden.read(name);
    Conversion conversion = convert(golden, network);

    for (Graph form :
        List.of(conversion.folding().source(), conversion.folded(), conversion.deploy())) {
      assertGives(golden, form, ElementType.FLOAT32, FLOAT_TOLERANCE);
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void noBatchNormalizationAndNoBranchIsLeft(String name, ComputationGraph network) {
    Conversion conversion = convert(Golden.read(name), network);

    assertEquals(0, count(conversion.deploy(), "BatchNormalization"));
    long blocks = name.equals("repmlpnet_tiny") ? 3 : 1;
    assertEquals(3 * blocks, count(conversion.deploy(), "MatMul"), "fc1, fc2 and fc3");
    long outsideBlocks = name.equals("repmlpnet_tiny") ? 2 + 2 * blocks : 0;
    assertEquals(outsideBlocks, count(conversion.deploy(), "Conv"), "embeddings and FFNs");
  }

  private static long count(Graph graph, String operator) {
    return graph.operatorCounts().getOrDefault(operator, 0);
  }
}
