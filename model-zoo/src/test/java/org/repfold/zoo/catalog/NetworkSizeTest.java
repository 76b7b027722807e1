package org.repfold.zoo.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.Parameters;
import org.repfold.zoo.repmlpnet.RepMLPNetConfiguration;
import org.repfold.zoo.repmlpnet.RepMLPNetFamily;
import org.repfold.zoo.repmlpnet.RepMLPNetGoldenTest;
import org.repfold.zoo.repmlpnet.RepMLPNets;

class NetworkSizeTest {

  static Stream<NetworkConfiguration> configurations() {
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
        List.of(3),
        List.of(8),
        List.of(4),
        List.of(6),
        List.of(sets),
        List.of(3),
        4);
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void whatFewBlocksTellIsTheSizeOfTheWholeNetwork(NetworkConfiguration configuration) {
    Architecture network = new Architecture("it", new RepMLPNetFamily(), configuration);

    assertEquals(NetworkSize.count(network), NetworkSize.measure(network));
  }

  @Test
  @Tag("slow")
  void t224HasTheSizeOfTheWholeNetwork() {
    whatFewBlocksTellIsTheSizeOfTheWholeNetwork(RepMLPNets.named("repmlpnet_t224"));
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
            assertEquals(
                count,
                Parameters.trainable(
                    RepMLPNets.named(name)
                        .graph(Form.TRAIN, GraphOptions.inference(DataType.FLOAT))),
                name));
  }
}
