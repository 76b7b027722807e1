package org.repfold.zoo.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.converter.Conversion;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.converter.report.GraphSummary;
import org.repfold.graph.Graph;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Initialization;
import org.repfold.zoo.NetworkConfiguration;
import org.repfold.zoo.WeightInitializer;

/** How large a network is in both forms. */
public record NetworkSize(FormSize train, FormSize deploy) {
  /** Any values will do, as long as no fold is simpler for them: no zeros and ones. */
  private static final WeightInitializer NOTHING_SPECIAL =
      (parameter, random) -> Optional.of(parameter.draw(() -> random.nextDouble(0.25, 0.75)));

  /**
   * Measures a network: builds its train form, converts it, and counts.
   *
   * <p>Blocks of a stage are alike but for the first, so that networks of one block in each stage,
   * and those with one more block in one of them, tell how large any number of blocks is. No larger
   * network is built.
   */
  public static NetworkSize measure(NetworkConfiguration network) {
    List<Integer> blocks = network.blocks();
    List<Integer> single = blocks.stream().map(count -> Math.min(count, 1)).toList();
    NetworkSize base = count(network.withBlocks(single));
    NetworkSize size = base;
    for (int stage = 0; stage < blocks.size(); stage++) {
      int more = blocks.get(stage) - single.get(stage);
      if (more > 0) {
        List<Integer> one = new ArrayList<>(single);
        one.set(stage, single.get(stage) + 1);
        size = size.plus(count(network.withBlocks(one)).minus(base).times(more));
      }
    }
    return size;
  }

  /** Builds and converts the whole network, and counts. */
  static NetworkSize count(NetworkConfiguration network) {
    GraphOptions options = GraphOptions.inference(DataType.FLOAT);
    ComputationGraph built =
        Initialization.initialize(network.graph(Form.TRAIN, options), NOTHING_SPECIAL, 0);
    Graph train = new Dl4jReader().read(built).graph();
    built.close();
    Graph deploy = Conversion.of(train).lowering().folded();
    return new NetworkSize(sizeOf(train), sizeOf(deploy));
  }

  private static FormSize sizeOf(Graph graph) {
    return new FormSize(graph.parameterCount(), GraphSummary.of(graph).flops());
  }

  private NetworkSize plus(NetworkSize other) {
    return new NetworkSize(train.plus(other.train), deploy.plus(other.deploy));
  }

  private NetworkSize minus(NetworkSize other) {
    return new NetworkSize(train.minus(other.train), deploy.minus(other.deploy));
  }

  private NetworkSize times(int count) {
    return new NetworkSize(train.times(count), deploy.times(count));
  }
}
