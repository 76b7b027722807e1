package org.repfold.zoo.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.Conversion;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.report.GraphSummary;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Parameters;
import org.repfold.zoo.repmlpnet.RepMLPNet;
import org.repfold.zoo.repmlpnet.RepMLPNetConfiguration;
import org.repfold.zoo.repmlpnet.RepMLPNetGoldenTest;
import org.repfold.zoo.repmlpnet.RepMLPNets;

/** What is computed from a configuration equals what the converted network holds. */
class FormSizeTest {

  static Stream<RepMLPNetConfiguration> configurations() {
    return Stream.of(
        RepMLPNets.named("repmlpnet_demo"),
        RepMLPNetGoldenTest.TINY,
        withShareSets(8),
        withShareSets(1));
  }

  private static RepMLPNetConfiguration withShareSets(int sets) {
    return new RepMLPNetConfiguration(
        2,
        3,
        16,
        12,
        2,
        2,
        List.of(1),
        List.of(8),
        List.of(4),
        List.of(6),
        List.of(sets),
        List.of(3),
        4);
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void bothFormsHaveTheSizeOfTheRealNetwork(RepMLPNetConfiguration configuration) {
    assertSize(configuration);
  }

  @Test
  @Tag("slow")
  void t224HasTheSizeOfTheRealNetwork() {
    assertSize(RepMLPNets.named("repmlpnet_t224"));
  }

  @Test
  void publishedNetworksHaveTheirPublishedParameterCounts() {
    Map<String, Long> published =
        Map.of(
            "repmlpnet_t224", 38_293_608L,
            "repmlpnet_b224", 68_242_712L,
            "repmlpnet_t256", 58_687_848L,
            "repmlpnet_b256", 96_447_512L,
            "repmlpnet_d256", 86_887_648L,
            "repmlpnet_l256", 117_641_560L);
    published.forEach(
        (name, count) ->
            assertEquals(count, FormSize.train(RepMLPNets.named(name)).parameters(), name));
  }

  private static void assertSize(RepMLPNetConfiguration configuration) {
    Conversion conversion = Conversion.of(new Dl4jReader().read(randomised(configuration)).graph());
    FormSize train = FormSize.train(configuration);
    FormSize deploy = FormSize.deploy(configuration);

    assertEquals(
        Parameters.trainable(
            RepMLPNet.configuration(configuration, GraphOptions.inference(DataType.FLOAT))),
        train.parameters());
    assertEquals(GraphSummary.of(conversion.folding().source()).flops(), train.flops());
    assertEquals(conversion.lowering().folded().parameterCount(), deploy.parameters());
    assertEquals(GraphSummary.of(conversion.lowering().folded()).flops(), deploy.flops());
  }

  /** At their initial values, BatchNorms leave bias maps that need no map. */
  private static ComputationGraph randomised(RepMLPNetConfiguration configuration) {
    ComputationGraph graph = RepMLPNet.build(configuration, GraphOptions.inference(DataType.FLOAT));
    Random random = new Random(5);
    for (GraphVertex vertex : graph.getVertices()) {
      Map<String, INDArray> parameters = vertex.paramTable(false);
      if (parameters != null && parameters.containsKey("var")) {
        for (INDArray values : parameters.values()) {
          for (long i = 0; i < values.length(); i++) {
            values.putScalar(i, 0.5 + random.nextDouble());
          }
        }
      }
    }
    return graph;
  }
}
