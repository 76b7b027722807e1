package org.repfold.zoo.repmlpnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.repfold.zoo.Closeness.assertClose;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.io.pytorch.GraphStateDict;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Tensor;
import org.repfold.zoo.Form;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.OfficialTensors;
import org.repfold.zoo.StateDict;
import org.repfold.zoo.catalog.Architecture;

/** The folds that the official conversion does, against what it makes of the golden networks. */
class OfficialDeployFormTest {
  /**
   * The reference folds in float32: a scale, and a sum of a few products, each rounded, relative to
   * the largest value of a tensor.
   */
  private static final double FLOAT_ROUNDING = 8 * 0x1p-24;

  /** Rounding of float64 in networks of a few thousand operations per value. */
  private static final double DOUBLE_TOLERANCE = 1e-12;

  private static final GraphOptions OPTIONS = GraphOptions.inference(DataType.FLOAT);

  /** Golden networks of which the reference has a deploy form. */
  static Stream<Arguments> goldens() {
    return Stream.concat(
        RepMLPNetGoldenTest.blocks()
            .filter(block -> !block.get()[0].equals("repmlpnet_block_noconv"))
            .map(
                block ->
                    Arguments.of(
                        block.get()[0],
                        RepMLPNet.blockConfiguration(
                            (RepMLPBlockConfiguration) block.get()[1], OPTIONS))),
        Stream.of(
            Arguments.of(
                "repmlpnet_tiny", RepMLPNet.configuration(RepMLPNetGoldenTest.TINY, OPTIONS))));
  }

  private static Conversion convert(Golden golden, ComputationGraphConfiguration configuration) {
    ComputationGraph network = new ComputationGraph(configuration);
    network.init();
    StateDict.load(network, golden.train());
    Graph train = new Dl4jReader().read(network).graph();
    return Conversion.of(train, RepMLPNet.officialFolds(), Effort.NONE);
  }

  private static void assertSame(String name, Tensor expected, Tensor found) {
    assertEquals(expected.shape(), found.shape(), name);
    double[] wanted = expected.toDoubles();
    double largest = Arrays.stream(wanted).map(Math::abs).max().orElse(0);
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], found.get(i), FLOAT_ROUNDING * largest, name + "[" + i + "]");
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void tensorsAreTheReferencesOwn(String name, ComputationGraphConfiguration configuration) {
    Golden golden = Golden.read(name);
    Map<String, Tensor> expected = golden.tensorsOf("deploy.");

    Map<String, Tensor> found =
        new TreeMap<>(GraphStateDict.of(convert(golden, configuration).folded()));

    assertEquals(new TreeMap<>(expected).keySet(), found.keySet());
    expected.forEach((tensor, values) -> assertSame(tensor, values, found.get(tensor)));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void networkStaysTheSameFunction(String name, ComputationGraphConfiguration configuration) {
    Golden golden = Golden.read(name);

    Graph folded = convert(golden, configuration).folding().folded();

    assertClose(
        golden.tensor("y_exact"),
        new ReferenceExecutor(folded, ElementType.FLOAT64).run(golden.tensor("x")),
        DOUBLE_TOLERANCE);
  }

  @Test
  void foldsAndOfficialDeployNetworkHaveTheSameNodes() {
    Golden golden = Golden.read("repmlpnet_tiny");
    RepMLPNetConfiguration tiny = RepMLPNetGoldenTest.TINY;

    Graph folded = convert(golden, RepMLPNet.configuration(tiny, OPTIONS)).folded();
    Graph loaded =
        new Architecture("tiny", new RepMLPNetFamily(), tiny)
            .graph(Form.DEPLOY, GraphStateDict.of(folded));

    assertEquals(Set.copyOf(loaded.nodes()), Set.copyOf(folded.nodes()));
  }

  @Test
  void noOtherFoldIsDone() {
    Golden golden = Golden.read("repmlpnet_tiny");

    Conversion conversion =
        convert(golden, RepMLPNet.configuration(RepMLPNetGoldenTest.TINY, OPTIONS));

    assertEquals(
        Set.of("ConvBatchNorm", "ReshapeBatchNorm", "LocalityInjection"),
        Set.copyOf(conversion.rules()));
    assertEquals(List.of(), conversion.folding().refusals());
    // Of three blocks, FC3's and those of two local branches each.
    int before = batchNorms(conversion.folding().source());
    assertEquals(before - 9, batchNorms(conversion.folding().folded()));
  }

  private static int batchNorms(Graph graph) {
    return graph.operatorCounts().get("BatchNormalization");
  }

  @Test
  void blockWithoutLocalBranchesTakesItsBatchNormIn() {
    Golden golden = Golden.read("repmlpnet_block_noconv");
    RepMLPBlockConfiguration block = new RepMLPBlockConfiguration(8, 4, 4, 4, 4, 8, List.of(), 4);

    Conversion conversion = convert(golden, RepMLPNet.blockConfiguration(block, OPTIONS));

    assertEquals(
        Set.of(
            "fc3.weight",
            "fc3.bias",
            "gp.fc1.weight",
            "gp.fc1.bias",
            "gp.fc2.weight",
            "gp.fc2.bias"),
        GraphStateDict.of(conversion.folded()).keySet());
    assertClose(
        golden.tensor("y_exact"),
        new ReferenceExecutor(conversion.folding().folded(), ElementType.FLOAT64)
            .run(golden.tensor("x")),
        DOUBLE_TOLERANCE);
  }

  @Test
  void officialNamesAndShapesAreThoseOfTheGoldenForms() {
    Golden golden = Golden.read("repmlpnet_tiny");
    for (Form form : Form.values()) {
      Map<String, Object> expected = new LinkedHashMap<>();
      golden
          .tensorsOf(form == Form.TRAIN ? "train." : "deploy.")
          .forEach(
              (name, tensor) -> {
                if (!OfficialTensors.isIgnored(name)) {
                  expected.put(name, tensor.shape());
                }
              });
      assertEquals(expected, OfficialTensors.of(RepMLPNetGoldenTest.TINY, form));
    }
    assertTrue(OfficialTensors.isIgnored("head_norm.num_batches_tracked"));
  }
}
