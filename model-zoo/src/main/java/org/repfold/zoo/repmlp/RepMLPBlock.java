package org.repfold.zoo.repmlp;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.repfold.converter.io.dl4j.layers.Rearrange;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkBuilder;

/**
 * Adds one RepMLP block (arXiv 2105.01883, section 3) to a graph: the Global, the Partition and the
 * Local Perceptron. Vertices with parameters carry the names of the official modules, behind a
 * prefix.
 */
final class RepMLPBlock {
  private final NetworkBuilder graph;
  private final Form form;
  private final String prefix;
  private final RepMLPBlockConfiguration block;

  private RepMLPBlock(
      NetworkBuilder graph, Form form, String prefix, RepMLPBlockConfiguration block) {
    this.graph = graph;
    this.form = form;
    this.prefix = prefix;
    this.block = block;
  }

  /** Adds the block behind a vertex; returns the vertex that gives its output. */
  static String add(
      NetworkBuilder graph,
      Form form,
      String prefix,
      String input,
      RepMLPBlockConfiguration block) {
    return new RepMLPBlock(graph, form, prefix, block).from(input);
  }

  static ComputationGraphConfiguration configuration(
      RepMLPBlockConfiguration block, Form form, GraphOptions options) {
    NetworkBuilder graph =
        new NetworkBuilder(
            options, RepMLPResNet.INPUT, block.inChannels(), block.mapHeight(), block.mapWidth());
    return graph.build(add(graph, form, "", RepMLPResNet.INPUT, block));
  }

  private String from(String input) {
    if (!block.hasGlobalPerceptron()) {
      return perceptrons(input);
    }
    String map = withGlobalPerceptron(input);
    String partitions = graph.vertex(prefix + "partition", partition(), List.of(map));
    return graph.vertex(prefix + "unpartition", unpartition(), List.of(perceptrons(partitions)));
  }

  /** From partitions {@code [M, inChannels, height, width]} to those of the output. */
  private String perceptrons(String partition) {
    List<String> branches = new ArrayList<>();
    branches.add(partitionPerceptron(partition));
    if (form == Form.TRAIN) {
      block.kernels().forEach(kernel -> branches.add(localPerceptron(partition, kernel)));
    }
    return branches.size() == 1 ? branches.get(0) : graph.add(prefix + "sum", branches);
  }

  /** To each partition and channel it adds one value that depends on the means of all. */
  private String withGlobalPerceptron(String input) {
    String x = graph.averagePool(prefix + "avg.avg", input, block.height(), block.width());
    if (form == Form.TRAIN) {
      x = graph.batchNorm(prefix + "avg.bn", x, block.inChannels());
    }
    int features = block.globalFeatures();
    int internal = features / block.reduce();
    x = graph.vertex(prefix + "means", Rearrange.of(Rearrange.reshape(-1, features)), List.of(x));
    x = graph.dense(prefix + "fc1_fc2.fc1", x, features, internal);
    x = graph.activation(prefix + "fc1_fc2.relu", x, new ActivationReLU());
    x = graph.dense(prefix + "fc1_fc2.fc2", x, internal, features);
    Rearrange toMap =
        Rearrange.of(
            Rearrange.reshape(
                -1, block.inChannels(), block.partitionRows(), block.partitionColumns()));
    x = graph.vertex(prefix + "global", toMap, List.of(x));
    x = graph.upsampling(prefix + "global_map", x, block.height(), block.width());
    return graph.add(prefix + "global_sum", List.of(input, x));
  }

  private String partitionPerceptron(String partition) {
    int area = block.height() * block.width();
    int in = block.inChannels() * area;
    int out = block.outChannels() * area;
    String x =
        graph.vertex(
            prefix + "fc3_inputs", Rearrange.of(Rearrange.reshape(-1, in)), List.of(partition));
    x =
        graph.groupedFullyConnected(
            prefix + "fc3", x, block.groups(), in, out, form == Form.DEPLOY);
    if (form == Form.TRAIN) {
      x = graph.batchNorm(prefix + "fc3_bn", x, out);
    }
    Rearrange toMap =
        Rearrange.of(Rearrange.reshape(-1, block.outChannels(), block.height(), block.width()));
    return graph.vertex(prefix + "fc3_out", toMap, List.of(x));
  }

  private String localPerceptron(String partition, int kernel) {
    String name = prefix + "repconv" + kernel;
    String x =
        graph.groupedConvolution(
            name + ".conv",
            partition,
            block.inChannels(),
            block.outChannels(),
            block.groups(),
            kernel,
            1,
            kernel / 2,
            false);
    return graph.batchNorm(name + ".bn", x, block.outChannels());
  }

  private Rearrange partition() {
    return Rearrange.of(
        Rearrange.reshape(
            -1,
            block.inChannels(),
            block.partitionRows(),
            block.height(),
            block.partitionColumns(),
            block.width()),
        Rearrange.transpose(0, 2, 4, 1, 3, 5),
        Rearrange.reshape(-1, block.inChannels(), block.height(), block.width()));
  }

  private Rearrange unpartition() {
    return Rearrange.of(
        Rearrange.reshape(
            -1,
            block.partitionRows(),
            block.partitionColumns(),
            block.outChannels(),
            block.height(),
            block.width()),
        Rearrange.transpose(0, 3, 1, 4, 2, 5),
        Rearrange.reshape(-1, block.outChannels(), block.mapHeight(), block.mapWidth()));
  }
}
