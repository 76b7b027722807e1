package org.repfold.zoo.cyclemlp;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.repfold.converter.io.dl4j.layers.AxisSlice;
import org.repfold.converter.io.dl4j.layers.ChannelScale;
import org.repfold.converter.io.dl4j.layers.CycleFullyConnected;
import org.repfold.converter.io.dl4j.layers.GeluErf;
import org.repfold.converter.io.dl4j.layers.LayerNorm;
import org.repfold.converter.io.dl4j.layers.Linear;
import org.repfold.converter.io.dl4j.layers.Rearrange;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkBuilder;

/**
 * Builds a CycleMLP (arXiv 2107.10224) as a DL4J graph. Every operator is a vertex of its own;
 * those with parameters carry the name they have in the official checkpoint, such as {@code
 * network.0.1.attn.sfc_h}. Maps are {@code [N, C, H, W]}, where the official code has the channels
 * last.
 */
final class CycleMlp {
  static final String INPUT = "input";
  static final String OUTPUT = "head";

  private static final int STEM_KERNEL = 7;
  private static final int STEM_STRIDE = 4;
  private static final int STEM_PADDING = 2;

  /** The channels of a step are three: those that stay, and those moved by one either way. */
  private static final int STAIRS = 3;

  private static final int BRANCHES = 3;

  private static final int CHANNELS = 1;
  private static final double LAYER_NORM_EPSILON = 1e-5;

  private final CycleMlpConfiguration net;
  private final NetworkBuilder graph;

  CycleMlp(CycleMlpConfiguration net, GraphOptions options) {
    this.net = net;
    graph =
        new NetworkBuilder(options, INPUT, net.inChannels(), net.imageHeight(), net.imageWidth());
  }

  ComputationGraphConfiguration build() {
    List<String> maps = new ArrayList<>();
    String x =
        graph.convolution(
            "patch_embed.proj",
            INPUT,
            net.inChannels(),
            net.channels().get(0),
            STEM_KERNEL,
            STEM_STRIDE,
            STEM_PADDING,
            true);
    int module = 0;
    int done = 0;
    for (int stage = 0; stage < net.stages(); stage++) {
      for (int block = 0; block < net.blocks().get(stage); block++) {
        x = block("network.%d.%d.".formatted(module, block), x, stage, net.dropPathShare(done++));
      }
      if (net.pyramid()) {
        maps.add(layerNorm("norm" + module, x, net.channels().get(stage)));
      }
      module++;
      if (stage + 1 < net.stages() && net.transitions().get(stage)) {
        x = transition("network.%d.proj".formatted(module), x, stage);
        module++;
      }
    }
    return net.pyramid() ? graph.build(maps.toArray(String[]::new)) : classify(x);
  }

  /** Logits of the mean over the map that the last norm gives. */
  private ComputationGraphConfiguration classify(String map) {
    int channels = net.channels().get(net.stages() - 1);
    String x = layerNorm("norm", map, channels);
    x = graph.globalAveragePool("pool", x, true);
    return graph.build(graph.classifier(OUTPUT, x, channels, net.classes()));
  }

  private String transition(String name, String input, int stage) {
    int in = net.channels().get(stage);
    return graph.convolution(name, input, in, net.channels().get(stage + 1), 3, 2, 1, true);
  }

  private String block(String prefix, String input, int stage, double dropPathShare) {
    int channels = net.channels().get(stage);
    String x = layerNorm(prefix + "norm1", input, channels);
    x = cycle(prefix + "attn.", x, stage);
    String mixed = residual(prefix + "add1", input, x, dropPathShare);
    x = layerNorm(prefix + "norm2", mixed, channels);
    x = perceptron(prefix + "mlp.", x, channels, net.hidden(stage), channels);
    return residual(prefix + "add2", mixed, x, dropPathShare);
  }

  /** The input plus a branch, which stochastic depth may take away in training. */
  private String residual(String name, String input, String branch, double dropPathShare) {
    String kept = graph.dropPath(name + ".drop_path", branch, dropPathShare);
    if (net.skipLambda() != 1) {
      kept = graph.vertex(name + ".skip_lam", new ScaleVertex(1 / net.skipLambda()), List.of(kept));
    }
    return graph.add(name, List.of(input, kept));
  }

  /**
   * The three branches, along the width, along the height, and at each position alone, summed with
   * weights that follow from the mean over the map, for each channel (section 3.3).
   */
  private String cycle(String prefix, String input, int stage) {
    int channels = net.channels().get(stage);
    List<String> branches =
        List.of(
            cycleFullyConnected(prefix + "sfc_h", input, channels, 1, STAIRS),
            cycleFullyConnected(prefix + "sfc_w", input, channels, STAIRS, 1),
            linear(prefix + "mlp_c", input, channels, channels, false));
    String sum = graph.add(prefix + "sum", branches);
    String gates = gates(prefix + "reweight.", sum, channels, net.reweightHidden(stage));
    List<String> weighted = new ArrayList<>();
    for (int branch = 0; branch < BRANCHES; branch++) {
      String gate =
          graph.vertex(
              prefix + "gate" + branch,
              new AxisSlice(CHANNELS, branch * channels, (branch + 1) * channels),
              List.of(gates));
      weighted.add(
          graph.vertex(
              prefix + "weighted" + branch,
              new ChannelScale(),
              List.of(branches.get(branch), gate)));
    }
    String mixed = graph.add(prefix + "mixed", weighted);
    return linear(prefix + "proj", mixed, channels, channels, true);
  }

  /** {@code [N, 3 C, 1, 1]}: for each channel three weights that sum to 1, branch by branch. */
  private String gates(String prefix, String map, int channels, int hidden) {
    String x = graph.globalAveragePool(prefix + "pool", map, true);
    x = perceptron(prefix, x, channels, hidden, BRANCHES * channels);
    Rearrange triples = Rearrange.of(Rearrange.reshape(-1, BRANCHES));
    x = graph.vertex(prefix + "triples", triples, List.of(x));
    x = graph.activation(prefix + "softmax", x, new ActivationSoftmax());
    return graph.vertex(
        prefix + "gates",
        Rearrange.of(
            Rearrange.reshape(-1, channels, BRANCHES),
            Rearrange.transpose(0, 2, 1),
            Rearrange.reshape(-1, (long) BRANCHES * channels, 1, 1)),
        List.of(x));
  }

  private String perceptron(String prefix, String input, int in, int hidden, int out) {
    String x = linear(prefix + "fc1", input, in, hidden, true);
    x = graph.activation(prefix + "act", x, new GeluErf());
    return linear(prefix + "fc2", x, hidden, out, true);
  }

  private String cycleFullyConnected(
      String name, String input, int channels, int kernelHeight, int kernelWidth) {
    return graph.layer(
        name,
        input,
        new CycleFullyConnected.Builder(kernelHeight, kernelWidth)
            .nIn(channels)
            .nOut(channels)
            .build());
  }

  private String linear(String name, String input, int in, int out, boolean bias) {
    return graph.layer(
        name, input, new Linear.Builder().axis(CHANNELS).nIn(in).nOut(out).hasBias(bias).build());
  }

  private String layerNorm(String name, String input, int channels) {
    return graph.layer(
        name,
        input,
        new LayerNorm.Builder().axis(CHANNELS).nOut(channels).epsilon(LAYER_NORM_EPSILON).build());
  }
}
