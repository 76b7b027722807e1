package org.repfold.zoo.train.kernels;

import java.util.Map;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * {@code y = W x + b} of channels first, {@code x} of shape {@code [I, M]} and {@code y} of {@code
 * [O, M]}, with a layer's parameters.
 *
 * @param layer has a weight {@code [O, I]} and perhaps a bias {@code [O]}
 * @param gradients where the slopes of its parameters are to be written
 * @param weight key of the weight
 * @param bias key of the bias
 */
record ChannelProduct(
    BaseLayer<?> layer, Map<String, INDArray> gradients, String weight, String bias) {

  /** Writes {@code y}. */
  void forward(INDArray x, INDArray y) {
    RowMajor.multiply(layer.getParam(weight), false, x, false, y);
    if (layer.hasBias()) {
      y.addiColumnVector(layer.getParam(bias).reshape(y.size(0), 1));
    }
  }

  /** Gives the slopes of the parameters, and writes those of {@code x}. */
  Gradient backward(INDArray x, INDArray dy, INDArray dx) {
    Gradient gradient = new DefaultGradient();
    if (layer.hasBias()) {
      put(gradient, bias, dy.sum(1));
    }
    INDArray view = gradients.get(weight);
    RowMajor.multiply(dy, false, x, true, view);
    gradient.setGradientFor(weight, view, 'c');
    RowMajor.multiply(layer.getParam(weight), true, dy, false, dx);
    return gradient;
  }

  private void put(Gradient gradient, String key, INDArray values) {
    INDArray view = gradients.get(key);
    view.assign(values.reshape(view.shape()));
    gradient.setGradientFor(key, view, 'c');
  }
}
