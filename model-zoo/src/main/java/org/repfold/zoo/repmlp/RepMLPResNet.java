package org.repfold.zoo.repmlp;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.rules.BatchNormConv;
import org.repfold.converter.fold.rules.ConvBatchNorm;
import org.repfold.converter.fold.rules.LocalityInjection;
import org.repfold.converter.fold.rules.ReshapeBatchNorm;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkBuilder;

/**
 * Builds both forms of ResNets with RepMLP units (arXiv 2105.01883) as DL4J graphs. Every operator
 * is a vertex of its own; those with parameters carry the name they have in the official
 * checkpoint, such as {@code stage2.1.light_repmlp.fc3}. In the official deploy form every
 * BatchNorm is folded, and FC3 has taken the Local Perceptron in.
 */
final class RepMLPResNet {
  /** Name of the graph's input. */
  static final String INPUT = "input";

  /** Name of the output vertex of a network. */
  static final String OUTPUT = "linear";

  private static final int POOL_KERNEL = 3;
  private static final int HALF = 2;

  private final NetworkBuilder graph;
  private final Form form;

  private RepMLPResNet(NetworkBuilder graph, Form form) {
    this.graph = graph;
    this.form = form;
  }

  /** A network, from {@code [N, inChannels, imageHeight, imageWidth]} to logits. */
  static ComputationGraphConfiguration configuration(
      RepMLPResNetConfiguration net, Form form, GraphOptions options) {
    NetworkBuilder graph =
        new NetworkBuilder(options, INPUT, net.inChannels(), net.imageHeight(), net.imageWidth());
    return graph.build(new RepMLPResNet(graph, form).network(net));
  }

  /** A single unit. */
  static ComputationGraphConfiguration configuration(
      RepMLPUnitConfiguration unit, Form form, GraphOptions options) {
    NetworkBuilder graph =
        new NetworkBuilder(
            options, INPUT, unit.inChannels(), unit.block().mapHeight(), unit.block().mapWidth());
    return graph.build(new RepMLPResNet(graph, form).unit("", INPUT, unit));
  }

  /** The folds that the official conversion does, which lead to the official deploy form. */
  static List<FoldRule> officialFolds() {
    return List.of(
        new ConvBatchNorm(), new ReshapeBatchNorm(), new LocalityInjection(), new BatchNormConv());
  }

  private String network(RepMLPResNetConfiguration net) {
    String x =
        convolution(
            "stage0.0",
            INPUT,
            net.inChannels(),
            net.stemChannels(),
            net.stemKernel(),
            net.stemStride());
    x = rectified("stage0.0.nonlinear", x);
    if (net.stemPool()) {
      x = graph.maxPool("stage0.1", x, POOL_KERNEL, HALF, POOL_KERNEL / 2);
    }
    int in = net.stemChannels();
    for (int stage = 1; stage <= net.stages(); stage++) {
      int out = net.channels().get(stage - 1);
      for (int index = 0; index < net.blocks().get(stage - 1); index++) {
        String prefix = "stage%d.%d.".formatted(stage, index);
        x =
            net.isRepMLP(stage, index)
                ? unit(prefix, x, net.unit(stage, in))
                : plainUnit(prefix, x, in, out, RepMLPResNetConfiguration.stride(stage, index));
        in = out;
      }
    }
    x = graph.globalAveragePool("gap", x, true);
    return graph.classifier(OUTPUT, x, in, net.classes());
  }

  /** ResNet-50's own residual unit. */
  private String plainUnit(String prefix, String input, int in, int out, int stride) {
    int middle = out / RepMLPResNetConfiguration.EXPANSION;
    String x = rectifiedConvolution(prefix + "conv1", input, in, middle, 1, 1);
    x = rectifiedConvolution(prefix + "conv2", x, middle, middle, 3, stride);
    x = convolution(prefix + "conv3", x, middle, out, 1, 1);
    String shortcut =
        stride == 1 && in == out
            ? input
            : convolution(prefix + "shortcut", input, in, out, 1, stride);
    return rectified(prefix + "relu", graph.add(prefix + "add", List.of(x, shortcut)));
  }

  private String unit(String prefix, String input, RepMLPUnitConfiguration unit) {
    String x =
        unit.kind() == UnitKind.LIGHT
            ? light(prefix, input, unit)
            : bottleneck(prefix, input, unit);
    String shortcut =
        unit.inChannels() == unit.outChannels()
            ? input
            : convolution(prefix + "shortcut", input, unit.inChannels(), unit.outChannels(), 1, 1);
    return rectified(prefix + "relu", graph.add(prefix + "add", List.of(x, shortcut)));
  }

  private String light(String prefix, String input, RepMLPUnitConfiguration unit) {
    int middle = unit.middleChannels();
    String x = rectifiedConvolution(prefix + "light_conv1", input, unit.inChannels(), middle, 1, 1);
    x = RepMLPBlock.add(graph, form, prefix + "light_repmlp.", x, unit.block());
    x = rectified(prefix + "repmlp_nonlinear", x);
    return convolution(prefix + "light_conv3", x, middle, unit.outChannels(), 1, 1);
  }

  private String bottleneck(String prefix, String input, RepMLPUnitConfiguration unit) {
    int middle = unit.middleChannels();
    int inner = unit.block().inChannels();
    String x = rectifiedConvolution(prefix + "btnk_conv1", input, unit.inChannels(), middle, 1, 1);
    x = rectifiedConvolution(prefix + "btnk_conv2", x, middle, inner, 3, 1);
    x = RepMLPBlock.add(graph, form, prefix + "btnk_repmlp.", x, unit.block());
    x = rectified(prefix + "repmlp_nonlinear", x);
    x = rectifiedConvolution(prefix + "btnk_conv4", x, inner, middle, 3, 1);
    return convolution(prefix + "btnk_conv5", x, middle, unit.outChannels(), 1, 1);
  }

  private String rectifiedConvolution(
      String name, String input, int in, int out, int kernel, int stride) {
    return rectified(name + ".nonlinear", convolution(name, input, in, out, kernel, stride));
  }

  /** With a BatchNorm, or a bias in its place. */
  private String convolution(String name, String input, int in, int out, int kernel, int stride) {
    boolean isDeploy = form == Form.DEPLOY;
    String x =
        graph.convolution(name + ".conv", input, in, out, kernel, stride, kernel / 2, isDeploy);
    return isDeploy ? x : graph.batchNorm(name + ".bn", x, out);
  }

  private String rectified(String name, String input) {
    return graph.activation(name, input, new ActivationReLU());
  }
}
