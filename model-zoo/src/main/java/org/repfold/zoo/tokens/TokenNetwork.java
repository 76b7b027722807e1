package org.repfold.zoo.tokens;

import java.util.List;
import java.util.function.BinaryOperator;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.repfold.converter.io.dl4j.layers.AxisMean;
import org.repfold.converter.io.dl4j.layers.GeluErf;
import org.repfold.converter.io.dl4j.layers.LayerNorm;
import org.repfold.converter.io.dl4j.layers.Linear;
import org.repfold.converter.io.dl4j.layers.Rearrange;
import org.repfold.graph.BadInputException;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkBuilder;

/**
 * Adds the parts of a network over tokens to a DL4J graph. Tokens are {@code [N, tokens,
 * channels]}; where PyTorch transposes them to mix tokens, a {@link Linear} along axis 1 computes
 * the same. Names are timm's. Every method returns the name of the vertex that gives its result.
 */
public final class TokenNetwork {
  /** Name of the graph's input, {@code [N, inChannels, imageHeight, imageWidth]}. */
  public static final String INPUT = "input";

  /** Name of the output vertex, logits {@code [N, classes]}. */
  public static final String OUTPUT = "head";

  /** The axis of the tokens. */
  public static final int TOKENS = 1;

  /** The axis of the channels. */
  public static final int CHANNELS = 2;

  private final TokenSettings net;
  private final NetworkBuilder graph;

  private TokenNetwork(TokenSettings net, GraphOptions options) {
    this.net = net;
    graph =
        new NetworkBuilder(options, INPUT, net.inChannels(), net.imageHeight(), net.imageWidth());
  }

  /**
   * A network without vertices.
   *
   * @throws BadInputException if another form than the train form is wanted: timm has no other
   */
  public static TokenNetwork of(TokenSettings net, Form form, GraphOptions options) {
    if (form != Form.TRAIN) {
      throw new BadInputException("timm has no deploy form of this network, only its train form");
    }
    return new TokenNetwork(net, options);
  }

  /** The graph to add further vertices to. */
  public NetworkBuilder graph() {
    return graph;
  }

  /**
   * The stem and all blocks.
   *
   * @param block adds a block, given the prefix of its vertices' names and its input
   */
  public String blocks(BinaryOperator<String> block) {
    String x = stem();
    for (int index = 0; index < net.depth(); index++) {
      x = block.apply("blocks.%d.".formatted(index), x);
    }
    return x;
  }

  /** One token for each patch, row by row. */
  private String stem() {
    String patches =
        graph.convolution(
            "stem.proj",
            INPUT,
            net.inChannels(),
            net.channels(),
            net.patch(),
            net.patch(),
            0,
            true);
    Rearrange tokens =
        Rearrange.of(
            Rearrange.reshape(-1, net.channels(), net.tokens()), Rearrange.transpose(0, 2, 1));
    return graph.vertex("stem", tokens, List.of(patches));
  }

  /** A LayerNorm over channels. */
  public String layerNorm(String name, String input, int channels, double epsilon) {
    return graph.layer(
        name,
        input,
        new LayerNorm.Builder().axis(CHANNELS).nOut(channels).epsilon(epsilon).build());
  }

  /** A dense layer with bias along one axis. */
  public String linear(String name, String input, int axis, int in, int out) {
    return graph.layer(name, input, new Linear.Builder().axis(axis).nIn(in).nOut(out).build());
  }

  /** The exact GELU. */
  public String gelu(String name, String input) {
    return graph.activation(name, input, new GeluErf());
  }

  /** Two dense layers along one axis with the GELU between: timm's {@code Mlp}. */
  public String perceptron(String name, String input, int axis, int size, int hidden) {
    String x = linear(name + ".fc1", input, axis, size, hidden);
    x = gelu(name + ".act", x);
    return linear(name + ".fc2", x, axis, hidden, size);
  }

  /** The input plus a branch, which stochastic depth may take away in training. */
  public String residual(String name, String input, String branch) {
    String kept = graph.dropPath(name + ".drop_path", branch, 1);
    return graph.add(name, List.of(input, kept));
  }

  /** The whole network: logits of the mean over the tokens that its last norm gives. */
  public ComputationGraphConfiguration classify(String tokens) {
    String mean = graph.vertex("pool", new AxisMean(TOKENS), List.of(tokens));
    return graph.build(graph.classifier(OUTPUT, mean, net.channels(), net.classes()));
  }
}
