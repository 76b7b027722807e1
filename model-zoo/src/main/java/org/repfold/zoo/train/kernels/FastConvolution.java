package org.repfold.zoo.train.kernels;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A convolution as one matrix product, from one channel-major map to another. */
final class FastConvolution extends ConvolutionLayer {
  private static final long serialVersionUID = 1L;

  private final transient PatchProducts products;

  FastConvolution(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
    products = PatchProducts.of(layerConf(), 1);
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(org.deeplearning4j.nn.conf.layers.ConvolutionLayer conf) {
    return conf.getClass() == org.deeplearning4j.nn.conf.layers.ConvolutionLayer.class
        && PatchProducts.supports(conf);
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
