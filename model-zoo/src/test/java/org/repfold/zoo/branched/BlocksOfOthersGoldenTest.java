package org.repfold.zoo.branched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.zoo.Closeness.assertClose;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.io.pytorch.GraphStateDict;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Tensor;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.StateDict;

/** ACNet's block and DiverseBranchBlock, with what their official codes compute. */
class BlocksOfOthersGoldenTest {
  /** Rounding of float64 in sums of some hundred terms. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  private static final double FLOAT_TOLERANCE = 1e-6;

  /** The reference folds in float32: products of two kernels, and sums of some ten terms. */
  private static final double FLOAT_ROUNDING = 16 * 0x1p-24;

  enum Block {
    ACB(options -> new AsymmetricConvolution(4, 6, 3, 1).configuration(9, 9, options)),
    DBB(options -> new DiverseBranchConvolution(6, 3, 1).configuration(9, 9, options)),
    DBB_GROUPED(options -> new DiverseBranchConvolution(8, 5, 2).configuration(9, 9, options));

    private final Function<GraphOptions, ComputationGraphConfiguration> configuration;

    Block(Function<GraphOptions, ComputationGraphConfiguration> configuration) {
      this.configuration = configuration;
    }

    Golden golden() {
      return Golden.read(name().toLowerCase(Locale.ROOT));
    }

    ComputationGraph network(DataType type) {
      ComputationGraph network =
          new ComputationGraph(configuration.apply(GraphOptions.inference(type)));
      network.init();
      StateDict.load(network, golden().train());
      return network;
    }

    Graph graph() {
      return new Dl4jReader().read(network(DataType.FLOAT)).graph();
    }
  }

  @ParameterizedTest
  @EnumSource(Block.class)
  void dl4jReproducesTheReference(Block block) {
    Golden golden = block.golden();
    INDArray x = golden.tensor("x");

    assertClose(
        golden.tensor("y_exact"), block.network(DataType.DOUBLE).outputSingle(x), DOUBLE_TOLERANCE);
    assertClose(
        golden.tensor("y_exact"),
        block.network(DataType.FLOAT).outputSingle(x.castTo(DataType.FLOAT)),
        FLOAT_TOLERANCE);
  }

  @ParameterizedTest
  @EnumSource(Block.class)
  void everyFormReproducesTheReference(Block block) {
    Conversion conversion = Conversion.of(block.graph());

    for (Graph form : List.of(conversion.folding().source(), conversion.folding().folded())) {
      assertGives(block.golden(), form, ElementType.FLOAT64, DOUBLE_TOLERANCE);
    }
    for (Graph form : List.of(conversion.folding().source(), conversion.deploy())) {
      assertGives(block.golden(), form, ElementType.FLOAT32, FLOAT_TOLERANCE);
    }
    assertEquals(Map.of("Conv", 1), conversion.deploy().operatorCounts());
  }

  private static void assertGives(Golden golden, Graph graph, ElementType type, double tolerance) {
    INDArray output = new ReferenceExecutor(graph, type).run(golden.tensor("x"));
    assertClose(golden.tensor("y_exact"), output, tolerance);
  }

  @ParameterizedTest
  @EnumSource(Block.class)
  void officialDeployTensorsAreTheReferencesOwn(Block block) {
    Map<String, Tensor> expected = block.golden().tensorsOf("deploy.");

    Conversion conversion = Conversion.of(block.graph());
    Map<String, Tensor> found = new TreeMap<>(GraphStateDict.of(conversion.folded()));

    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((tensor, values) -> assertSame(tensor, values, found.get(tensor)));
  }

  private static void assertSame(String name, Tensor expected, Tensor found) {
    assertEquals(expected.shape(), found.shape(), name);
    double[] wanted = expected.toDoubles();
    double largest = Arrays.stream(wanted).map(Math::abs).max().orElse(0);
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], found.get(i), FLOAT_ROUNDING * largest, name + "[" + i + "]");
    }
  }
}
