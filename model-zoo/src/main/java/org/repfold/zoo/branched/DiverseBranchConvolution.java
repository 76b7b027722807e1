package org.repfold.zoo.branched;

import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.NetworkBuilder;

/**
 * DiverseBranchBlock: a convolution of stride 1 that is trained as the sum of one like it, a 1 x 1,
 * a 1 x 1 before one like it, and a 1 x 1 before an average pool, each with its BatchNorms (Ding et
 * al., CVPR 2021, arXiv 2103.13425). It keeps the map's size. The vertices with parameters have the
 * official names.
 *
 * <p>The official code pads behind the first BatchNorm of a branch with what that makes of zeros.
 * Zeros before the 1 x 1 convolution, which has no bias, come to the same.
 *
 * @param channels of the input and the output
 * @param kernel height and width of the kernel, odd and above 1
 * @param groups groups of channels, fewer than channels
 */
public record DiverseBranchConvolution(int channels, int kernel, int groups) {
  private static final String INPUT = "input";

  /** The official name of the convolution that the deploy form has in place of the sum. */
  private static final String OUTPUT = "dbb_reparam";

  /** The block alone, with input {@code input} and output {@code dbb_reparam}. */
  public ComputationGraphConfiguration configuration(int height, int width, GraphOptions options) {
    NetworkBuilder graph = new NetworkBuilder(options, INPUT, channels, height, width);
    String origin = convolution(graph, "dbb_origin.conv", INPUT, kernel, kernel / 2);
    String point = convolution(graph, "dbb_1x1.conv", INPUT, 1, 0);
    List<String> branches =
        List.of(
            graph.batchNorm("dbb_origin.bn", origin, channels),
            averaged(graph),
            graph.batchNorm("dbb_1x1.bn", point, channels),
            sequential(graph));
    return graph.build(graph.add(OUTPUT, branches));
  }

  private String averaged(NetworkBuilder graph) {
    String x = padded(graph, "dbb_avg.pad");
    x = convolution(graph, "dbb_avg.conv", x, 1, 0);
    x = graph.batchNorm("dbb_avg.bn.bn", x, channels);
    SubsamplingLayer mean =
        new SubsamplingLayer.Builder(PoolingType.AVG)
            .kernelSize(kernel, kernel)
            .stride(1, 1)
            .build();
    return graph.batchNorm("dbb_avg.avgbn", graph.layer("dbb_avg.avg", x, mean), channels);
  }

  /** The official code adds the identity to the weight of the first convolution. */
  private String sequential(NetworkBuilder graph) {
    String padded = padded(graph, "dbb_1x1_kxk.pad");
    String x = convolution(graph, "dbb_1x1_kxk.idconv1", padded, 1, 0);
    x = graph.add("dbb_1x1_kxk.add", List.of(x, padded));
    x = graph.batchNorm("dbb_1x1_kxk.bn1.bn", x, channels);
    x = convolution(graph, "dbb_1x1_kxk.conv2", x, kernel, 0);
    return graph.batchNorm("dbb_1x1_kxk.bn2", x, channels);
  }

  private String padded(NetworkBuilder graph, String name) {
    return graph.layer(name, INPUT, new ZeroPaddingLayer.Builder(kernel / 2, kernel / 2).build());
  }

  private String convolution(
      NetworkBuilder graph, String name, String input, int size, int padding) {
    return graph.groupedConvolution(
        name, input, channels, channels, groups, size, 1, padding, false);
  }
}
