package org.repfold.zoo.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.zoo.Closeness.assertClose;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.zoo.FormulaWeights;
import org.repfold.zoo.Golden;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkConfiguration;

/** The published networks with weights from a formula, before and after folding. */
@Tag("slow")
class FullSizeTest {
  /** Rounding of float64 through up to 65 layers with up to 11,520 terms per sum. */
  private static final double DOUBLE_TOLERANCE = 1e-10;

  private static final double FLOAT_TOLERANCE = 1e-5;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "repmlpnet_t224",
        "repmlpnet_b224",
        "repmlpnet_t256",
        "repmlpnet_b256",
        "repmlpnet_d256",
        "repmlpnet_l256",
        "repmlp_res50_light_224",
        "repmlp_res50_bottleneck_224",
        "repvgg_a0",
        "repvgg_b0",
        "mobileone_s0",
        "mobileone_s1",
        "mixer_s32_224",
        "mixer_s16_224",
        "mixer_b16_224",
        "resmlp_12_224",
        "resmlp_24_224",
        "resmlp_36_224",
        "gmlp_ti16_224",
        "gmlp_s16_224",
        "gmlp_b16_224",
        "cyclemlp_b1",
        "cyclemlp_b2",
        "cyclemlp_b3",
        "cyclemlp_b4",
        "cyclemlp_b5"
      })
  void allFormsReproduceTheReferenceLogits(String name) {
    Architecture architecture = Architecture.find(name);
    INDArray x = image(architecture.configuration());
    INDArray exact = Golden.read(name).tensor("y_exact");
    ComputationGraph network =
        FormulaWeights.fill(architecture.build(GraphOptions.inference(DataType.FLOAT)));
    assertClose(exact, network.outputSingle(x), FLOAT_TOLERANCE);
    Graph train = new Dl4jReader().read(network).graph();
    network.close();
    Conversion conversion = Conversion.of(train);

    assertClose(exact, run(train, ElementType.FLOAT64, x), DOUBLE_TOLERANCE);
    assertClose(
        exact, run(conversion.lowering().folded(), ElementType.FLOAT64, x), DOUBLE_TOLERANCE);
    assertClose(exact, run(train, ElementType.FLOAT32, x), FLOAT_TOLERANCE);
    assertClose(exact, run(conversion.deploy(), ElementType.FLOAT32, x), FLOAT_TOLERANCE);
    assertEquals(0, conversion.deploy().operatorCounts().getOrDefault("BatchNormalization", 0));
    List<FoldRule> officialFolds = architecture.family().officialFolds();
    if (!officialFolds.isEmpty()) {
      Graph official = Conversion.of(train, officialFolds, Effort.NONE).folded();
      assertClose(exact, run(official, ElementType.FLOAT32, x), FLOAT_TOLERANCE);
    }
  }

  private static INDArray image(NetworkConfiguration network) {
    long[] shape = {1, network.inChannels(), network.imageHeight(), network.imageWidth()};
    int length = network.inChannels() * network.imageHeight() * network.imageWidth();
    return Nd4j.createFromArray(FormulaWeights.input(length)).reshape(shape);
  }

  private static INDArray run(Graph graph, ElementType type, INDArray x) {
    return new ReferenceExecutor(graph, type).run(x).castTo(DataType.DOUBLE);
  }
}
