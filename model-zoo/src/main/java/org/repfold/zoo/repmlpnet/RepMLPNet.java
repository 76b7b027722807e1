package org.repfold.zoo.repmlpnet;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.rules.ConvBatchNorm;
import org.repfold.converter.fold.rules.LocalityInjection;
import org.repfold.converter.fold.rules.ReshapeBatchNorm;
import org.repfold.converter.fold.rules.Within;
import org.repfold.converter.io.dl4j.layers.ChannelScale;
import org.repfold.converter.io.dl4j.layers.GeluErf;
import org.repfold.converter.io.dl4j.layers.Rearrange;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.Initialization;
import org.repfold.zoo.NetworkBuilder;
import org.repfold.zoo.WeightInitializer;

/**
 * Builds the train form of RepMLPNet (arXiv 2112.11081) as a DL4J graph. Every operator is a vertex
 * of its own; those with parameters carry the name they have in the official checkpoint, such as
 * {@code stages.0.1.repmlp_block.fc3}. The input {@code input} is {@code [N, inChannels,
 * imageHeight, imageWidth]}, the output {@code head} is logits {@code [N, classes]}.
 */
public final class RepMLPNet {
  /** Name of the graph's input. */
  public static final String INPUT = "input";

  /** Name of the output vertex of a network. */
  public static final String OUTPUT = "head";

  private static final int FFN_EXPANSION = 4;

  /**
   * The nodes of a block that its official deploy form has no place for, and FC3, which takes them
   * in.
   */
  private static final Pattern LOCAL =
      Pattern.compile("(.*\\.)?(fc3|fc3_bn|repconv\\d+\\.(conv|bn)|sum)(/.*)?");

  private final NetworkBuilder graph;
  private final Form form;

  private RepMLPNet(NetworkBuilder graph, Form form) {
    this.graph = graph;
    this.form = form;
  }

  /** The network, initialised as the official one. */
  public static ComputationGraph build(RepMLPNetConfiguration configuration, GraphOptions options) {
    return Initialization.initialize(
        configuration(configuration, options), WeightInitializer.PYTORCH, options.seed());
  }

  /** A single block with input {@code input} and output {@code gate}, both {@code [N, C, H, W]}. */
  public static ComputationGraph buildBlock(
      RepMLPBlockConfiguration configuration, GraphOptions options) {
    return Initialization.initialize(
        blockConfiguration(configuration, options), WeightInitializer.PYTORCH, options.seed());
  }

  /**
   * The folds that the official conversion does, which lead from the train form to the official
   * deploy form: those into FC3. All other BatchNorms stay.
   */
  public static List<FoldRule> officialFolds() {
    Predicate<String> local = LOCAL.asMatchPredicate();
    return Stream.of(new ConvBatchNorm(), new ReshapeBatchNorm(), new LocalityInjection())
        .<FoldRule>map(rule -> new Within(rule, local))
        .toList();
  }

  /** The train form as a DL4J configuration: nothing is allocated. */
  public static ComputationGraphConfiguration configuration(
      RepMLPNetConfiguration net, GraphOptions options) {
    return configuration(net, Form.TRAIN, options);
  }

  /**
   * A form of the network as a DL4J configuration. The official deploy form has one FC3 with a bias
   * in place of FC3, its BatchNorm, and the local branches.
   */
  public static ComputationGraphConfiguration configuration(
      RepMLPNetConfiguration net, Form form, GraphOptions options) {
    NetworkBuilder graph =
        new NetworkBuilder(options, INPUT, net.inChannels(), net.imageHeight(), net.imageWidth());
    return graph.build(new RepMLPNet(graph, form).network(net));
  }

  /** A single block as a DL4J configuration. */
  public static ComputationGraphConfiguration blockConfiguration(
      RepMLPBlockConfiguration block, GraphOptions options) {
    NetworkBuilder graph =
        new NetworkBuilder(options, INPUT, block.channels(), block.mapHeight(), block.mapWidth());
    return graph.build(new RepMLPNet(graph, Form.TRAIN).block("", INPUT, block));
  }

  private String network(RepMLPNetConfiguration net) {
    String x =
        embedding(
            "conv_embedding",
            INPUT,
            net.inChannels(),
            net.channels().get(0),
            net.patchHeight(),
            net.patchWidth());
    for (int stage = 0; stage < net.stages(); stage++) {
      if (stage > 0) {
        String name = "embeds." + (stage - 1);
        x = embedding(name, x, net.channels().get(stage - 1), net.channels().get(stage), 2, 2);
      }
      for (int unit = 0; unit < net.blocks().get(stage); unit++) {
        x = unit("stages.%d.%d.".formatted(stage, unit), x, net.block(stage));
      }
    }
    int channels = net.channels().get(net.stages() - 1);
    x = graph.batchNorm("head_norm", x, channels);
    x = graph.globalAveragePool("head_pool", x, true);
    return graph.classifier(OUTPUT, x, channels, net.classes());
  }

  private String embedding(String name, String input, int in, int out, int height, int width) {
    String x = graph.patchConvolution(name + ".conv", input, in, out, height, width);
    x = graph.batchNorm(name + ".bn", x, out);
    return graph.activation(name + ".relu", x, new ActivationReLU());
  }

  private String unit(String prefix, String input, RepMLPBlockConfiguration block) {
    String x = graph.batchNorm(prefix + "prebn1", input, block.channels());
    x = block(prefix + "repmlp_block.", x, block);
    String mixed = graph.add(prefix + "add1", List.of(input, x));
    x = graph.batchNorm(prefix + "prebn2", mixed, block.channels());
    x = feedForward(prefix + "ffn_block.", x, block.channels());
    return graph.add(prefix + "add2", List.of(mixed, x));
  }

  private String feedForward(String prefix, String input, int channels) {
    int hidden = channels * FFN_EXPANSION;
    String x = pointwise(prefix + "ffn_fc1", input, channels, hidden);
    x = graph.activation(prefix + "act", x, new GeluErf());
    return pointwise(prefix + "ffn_fc2", x, hidden, channels);
  }

  private String pointwise(String name, String input, int in, int out) {
    String x = graph.pointwiseConvolution(name + ".conv", input, in, out, false);
    return graph.batchNorm(name + ".bn", x, out);
  }

  private String block(String prefix, String input, RepMLPBlockConfiguration block) {
    String gate = globalPerceptron(prefix + "gp.", input, block);
    String partition = graph.vertex(prefix + "partition", partition(block), List.of(input));
    List<String> branches = new ArrayList<>();
    branches.add(channelPerceptron(prefix, partition, block));
    for (int kernel : form == Form.TRAIN ? block.kernels() : List.<Integer>of()) {
      branches.add(localPerceptron(prefix + "repconv" + kernel, partition, block, kernel));
    }
    String sum = branches.size() == 1 ? branches.get(0) : graph.add(prefix + "sum", branches);
    String map = graph.vertex(prefix + "unpartition", unpartition(block), List.of(sum));
    return graph.vertex(prefix + "gate", new ChannelScale(), List.of(map, gate));
  }

  private String globalPerceptron(String prefix, String input, RepMLPBlockConfiguration block) {
    int internal = block.channels() / block.reduce();
    String x = graph.globalAveragePool(prefix + "pool", input, false);
    x = graph.pointwiseConvolution(prefix + "fc1", x, block.channels(), internal, true);
    x = graph.activation(prefix + "relu", x, new ActivationReLU());
    x = graph.pointwiseConvolution(prefix + "fc2", x, internal, block.channels(), true);
    return graph.activation(prefix + "sigmoid", x, new ActivationSigmoid());
  }

  private String channelPerceptron(String prefix, String input, RepMLPBlockConfiguration block) {
    int features = block.shareSets() * block.height() * block.width();
    String x =
        graph.groupedFullyConnected(
            prefix + "fc3", input, block.shareSets(), features, features, form == Form.DEPLOY);
    return form == Form.DEPLOY ? x : graph.batchNorm(prefix + "fc3_bn", x, block.shareSets());
  }

  private String localPerceptron(
      String name, String input, RepMLPBlockConfiguration block, int kernel) {
    String x = graph.depthwiseConvolution(name + ".conv", input, block.shareSets(), kernel);
    return graph.batchNorm(name + ".bn", x, block.shareSets());
  }

  private static Rearrange partition(RepMLPBlockConfiguration block) {
    return Rearrange.of(
        Rearrange.reshape(
            -1,
            block.channels(),
            block.partitionRows(),
            block.height(),
            block.partitionColumns(),
            block.width()),
        Rearrange.transpose(0, 2, 4, 1, 3, 5),
        Rearrange.reshape(-1, block.shareSets(), block.height(), block.width()));
  }

  /**
   * As the reference does it: grouped by share-sets, so it is not the inverse of the partition when
   * there are several partitions and more channels than share-sets. Trained weights expect it.
   */
  private static Rearrange unpartition(RepMLPBlockConfiguration block) {
    return Rearrange.of(
        Rearrange.reshape(
            -1,
            block.partitionRows(),
            block.partitionColumns(),
            block.shareSets(),
            block.height(),
            block.width()),
        Rearrange.transpose(0, 3, 1, 4, 2, 5),
        Rearrange.reshape(-1, block.channels(), block.mapHeight(), block.mapWidth()));
  }
}
