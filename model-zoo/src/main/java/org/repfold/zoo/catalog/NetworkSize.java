package org.repfold.zoo.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.repfold.converter.Conversion;
import org.repfold.converter.report.GraphSummary;
import org.repfold.graph.ElementType;
import org.repfold.graph.Elements;
import org.repfold.graph.Graph;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.OfficialTensors;

/** How large a network is in both forms. */
public record NetworkSize(FormSize train, FormSize deploy) {

  /**
   * Measures a network: takes its train form with weights that are made up as they are read,
   * converts it, and counts.
   *
   * <p>As blocks of a stage take turns, networks of one block in each stage, and those with one
   * more block of each kind in one of them, tell how large any number of blocks is. No larger
   * network is converted.
   */
  public static NetworkSize measure(Architecture network) {
    List<Integer> blocks = network.configuration().blocks();
    int kinds = network.configuration().kindsOfBlocks();
    List<Integer> single = blocks.stream().map(count -> Math.min(count, 1)).toList();
    NetworkSize base = count(network.withBlocks(single));
    NetworkSize size = base;
    for (int stage = 0; stage < blocks.size(); stage++) {
      int more = blocks.get(stage) - single.get(stage);
      NetworkSize smaller = base;
      for (int kind = 0; kind < Math.min(more, kinds); kind++) {
        List<Integer> longer = new ArrayList<>(single);
        longer.set(stage, single.get(stage) + kind + 1);
        NetworkSize larger = count(network.withBlocks(longer));
        size = size.plus(larger.minus(smaller).times(1 + (more - kind - 1) / kinds));
        smaller = larger;
      }
    }
    return size;
  }

  /** Converts the whole network, and counts. */
  static NetworkSize count(Architecture network) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    OfficialTensors.of(network.configuration(), Form.TRAIN)
        .forEach((name, shape) -> tensors.put(name, madeUp(name, shape)));
    tensors.putAll(
        OfficialTensors.buffers(
            network.configuration().graph(Form.TRAIN, GraphOptions.inference(DataType.FLOAT))));
    Graph train = network.graph(Form.TRAIN, tensors);
    return new NetworkSize(sizeOf(train), sizeOf(Conversion.of(train).lowering().folded()));
  }

  private static FormSize sizeOf(Graph graph) {
    return new FormSize(graph.parameterCount(), GraphSummary.of(graph).flops());
  }

  private static Tensor madeUp(String name, Shape shape) {
    return Tensor.of(
        shape, ElementType.FLOAT32, new MadeUp(Math.toIntExact(shape.elements()), name.hashCode()));
  }

  /** Any values will do, as long as no fold is simpler for them: no zeros and ones. */
  private record MadeUp(int size, int seed) implements Elements {
    private static final int SCATTER = 0x9E3779B9;
    private static final int BITS = 20;

    @Override
    public double get(int index) {
      double share = ((seed + index) * SCATTER >>> Integer.SIZE - BITS) / (double) (1 << BITS);
      return 0.25 + 0.5 * share;
    }
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
