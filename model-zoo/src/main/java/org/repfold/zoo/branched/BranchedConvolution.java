package org.repfold.zoo.branched;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.repfold.converter.io.dl4j.layers.GroupedConvolution;
import org.repfold.zoo.Form;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkBuilder;

/**
 * A convolution and a ReLU, from {@code [N, in, H, W]} to {@code [N, out, ceil(H / stride), ceil(W
 * / stride)]}, padded by half of the kernel. Its train form is a sum of branches: convolutions of
 * the full kernel, one of a single tap where the kernel has more, and the input itself where it has
 * the output's shape, each with a BatchNorm (RepVGG, arXiv 2101.03697, section 3.2; MobileOne,
 * arXiv 2206.04040, section 3.2). Its deploy form is one convolution with a bias.
 *
 * @param in channels of the input
 * @param out channels of the output
 * @param kernel height and width of the kernel, odd
 * @param stride vertical and horizontal stride
 * @param groups groups of channels
 * @param branches convolutions of the full kernel
 */
public record BranchedConvolution(
    int in, int out, int kernel, int stride, int groups, int branches) {
  private static final String INPUT = "input";

  /** The block alone, with input {@code input} and output {@code act}. */
  public ComputationGraphConfiguration configuration(
      ModuleNames names, int height, int width, Form form, GraphOptions options) {
    NetworkBuilder graph = new NetworkBuilder(options, INPUT, in, height, width);
    return graph.build(addTo(graph, names, "", INPUT, form, 0));
  }

  /**
   * Adds the block to a network.
   *
   * @param depth where it stands between the first block, 0, and the last, 1: timm lets stochastic
   *     depth of its convolutions grow with it where there is the input beside them
   * @return the name of its output
   */
  String addTo(
      NetworkBuilder graph,
      ModuleNames names,
      String prefix,
      String input,
      Form form,
      double depth) {
    String sum =
        form == Form.DEPLOY
            ? graph.layer(prefix + names.folded(), input, convolution(kernel, true))
            : sum(graph, names, prefix, input, depth);
    return graph.activation(prefix + "act", sum, new ActivationReLU());
  }

  private String sum(
      NetworkBuilder graph, ModuleNames names, String prefix, String input, double depth) {
    List<String> addends = new ArrayList<>();
    for (int branch = 0; branch < branches; branch++) {
      addends.add(normalized(graph, prefix + names.kernel(branch), input, kernel));
    }
    if (kernel > 1) {
      addends.add(normalized(graph, prefix + names.point(), input, 1));
    }
    String convolved = addends.size() == 1 ? addends.get(0) : graph.add(prefix + "sum", addends);
    if (in != out || stride != 1) {
      return convolved;
    }
    String kept = graph.dropPath(prefix + "drop_path", convolved, depth);
    String identity = graph.batchNorm(prefix + names.identity(), input, out);
    return graph.add(prefix + "add", List.of(kept, identity));
  }

  private String normalized(NetworkBuilder graph, String name, String input, int size) {
    String x = graph.layer(name + ".conv", input, convolution(size, false));
    return graph.batchNorm(name + ".bn", x, out);
  }

  private Layer convolution(int size, boolean bias) {
    if (groups == 1) {
      return layer(new ConvolutionLayer.Builder(), size, bias);
    } else if (groups == in && in == out) {
      return layer(new DepthwiseConvolution2D.Builder().depthMultiplier(1), size, bias);
    }
    return layer(new GroupedConvolution.Builder().groups(groups), size, bias);
  }

  private Layer layer(ConvolutionLayer.BaseConvBuilder<?> builder, int size, boolean bias) {
    builder.setNIn(in);
    builder.setNOut(out);
    builder.setKernelSize(new int[] {size, size});
    builder.setStride(new int[] {stride, stride});
    builder.setPadding(new int[] {size / 2, size / 2});
    builder.setHasBias(bias);
    return builder.build();
  }
}
