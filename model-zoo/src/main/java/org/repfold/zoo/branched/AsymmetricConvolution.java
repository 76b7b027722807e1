package org.repfold.zoo.branched;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkBuilder;

/**
 * ACNet's block: a square convolution, trained with one of its middle column and one of its middle
 * row beside it, each with a BatchNorm (Ding et al., ICCV 2019, arXiv 1908.03930). From {@code [N,
 * in, H, W]} to {@code [N, out, ceil(H / stride), ceil(W / stride)]}. The vertices with parameters
 * have the official names.
 *
 * @param in channels of the input
 * @param out channels of the output
 * @param kernel height and width of the kernel, odd; it is padded by half of it
 * @param stride vertical and horizontal stride
 */
public record AsymmetricConvolution(int in, int out, int kernel, int stride) {
  private static final String INPUT = "input";

  /** The official name of the convolution that the deploy form has in place of the sum. */
  private static final String OUTPUT = "fused_conv";

  /** The block alone, with input {@code input} and output {@code fused_conv}. */
  public ComputationGraphConfiguration configuration(int height, int width, GraphOptions options) {
    NetworkBuilder graph = new NetworkBuilder(options, INPUT, in, height, width);
    List<String> branches =
        List.of(
            branch(graph, "square", kernel, kernel),
            branch(graph, "ver", kernel, 1),
            branch(graph, "hor", 1, kernel));
    return graph.build(graph.add(OUTPUT, branches));
  }

  private String branch(NetworkBuilder graph, String name, int rows, int columns) {
    ConvolutionLayer convolution =
        new ConvolutionLayer.Builder(rows, columns)
            .nIn(in)
            .nOut(out)
            .stride(stride, stride)
            .padding(rows / 2, columns / 2)
            .hasBias(false)
            .build();
    return graph.batchNorm(name + "_bn", graph.layer(name + "_conv", INPUT, convolution), out);
  }
}
