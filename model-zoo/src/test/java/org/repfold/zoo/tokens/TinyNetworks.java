package org.repfold.zoo.tokens;

import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.provider.Arguments;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.gmlp.GmlpConfiguration;
import org.repfold.zoo.mixer.MixerConfiguration;
import org.repfold.zoo.resmlp.ResMlpConfiguration;

/** The networks of the golden cases. */
final class TinyNetworks {
  static final MixerConfiguration MIXER =
      new MixerConfiguration(new TokenSettings(3, 10, 32, 32, 8, 2, 24), 12, 96);
  static final ResMlpConfiguration RESMLP =
      new ResMlpConfiguration(new TokenSettings(3, 10, 32, 32, 8, 2, 24), 96, 1e-4);
  static final GmlpConfiguration GMLP =
      new GmlpConfiguration(new TokenSettings(3, 10, 32, 32, 8, 2, 24), 144);

  private TinyNetworks() {}

  static Stream<Arguments> all() {
    return Stream.of(
        Arguments.of("mixer_tiny", MIXER),
        Arguments.of("resmlp_tiny", RESMLP),
        Arguments.of("gmlp_tiny", GMLP));
  }

  /** The network in that type, its weights not the golden ones yet. */
  static ComputationGraph build(NetworkConfiguration network, DataType type) {
    ComputationGraph graph =
        new ComputationGraph(network.graph(Form.TRAIN, GraphOptions.inference(type)));
    graph.init();
    return graph;
  }
}
