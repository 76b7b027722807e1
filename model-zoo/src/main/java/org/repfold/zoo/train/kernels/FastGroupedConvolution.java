package org.repfold.zoo.train.kernels;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.layers.GroupedConvolution;
import org.repfold.converter.io.dl4j.layers.GroupedConvolutionLayer;

/**
 * A convolution in groups as one matrix product for each, from one channel-major map to another.
 */
final class FastGroupedConvolution extends GroupedConvolutionLayer {
  private static final long serialVersionUID = 1L;

  private final transient PatchProducts products;

  FastGroupedConvolution(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
    products = PatchProducts.of(layerConf(), layerConf().getGroups());
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(GroupedConvolution conf) {
    return PatchProducts.supports(conf);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    return products.forward(input, paramTable(), workspaces);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    return new Pair<>(
        products.gradient(input, epsilon, gradientViews),
        products.backward(input, epsilon, paramTable(), workspaces));
  }
}
