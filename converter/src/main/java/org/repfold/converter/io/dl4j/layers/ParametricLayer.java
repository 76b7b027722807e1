package org.repfold.converter.io.dl4j.layers;

import java.util.Collection;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the computation of every trainable layer of ours shares: dropout before it, the activation
 * function behind it. A subclass computes between them.
 */
abstract class ParametricLayer<L extends org.deeplearning4j.nn.conf.layers.BaseLayer>
    extends BaseLayer<L> {
  private static final long serialVersionUID = 1L;

  ParametricLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /** This layer with what DL4J gives one that it makes: its parameters lie in a larger array. */
  final ParametricLayer<L> with(
      Collection<TrainingListener> listeners, int index, INDArray params, boolean initialize) {
    setListeners(listeners);
    setIndex(index);
    setParamsViewArray(params);
    setParamTable(layerConf().initializer().init(conf, params, initialize));
    return this;
  }

  /**
   * The output before the activation function.
   *
   * @param x the input, of the network's type
   * @return row-major, in the workspace of activations
   */
  abstract INDArray forward(INDArray x, LayerWorkspaceMgr workspaceMgr);

  /**
   * Writes the slope of the loss by each parameter into {@link #slope}.
   *
   * @param x the input, of the network's type
   * @param delta the slope by the output before the activation function
   * @return the slope by the input, in the workspace of activation gradients
   */
  abstract INDArray backward(INDArray x, INDArray delta, LayerWorkspaceMgr workspaceMgr);

  /** The part of DL4J's array of gradients that belongs to a parameter, to be overwritten. */
  final INDArray slope(String parameter) {
    return gradientViews.get(parameter);
  }

  @Override
  public boolean hasBias() {
    return !layerConf().initializer().biasKeys(layerConf()).isEmpty();
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public void setParams(INDArray params) {
    if (params != paramsFlattened) {
      setParams(params, 'c');
    }
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(false);
    applyDropOutIfNecessary(training, workspaceMgr);
    INDArray output = forward(input.castTo(dataType), workspaceMgr);
    return layerConf().getActivationFn().getActivation(output, training);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(
      INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
    assertInputSet(true);
    INDArray x = input.castTo(dataType);
    INDArray delta = epsilon;
    if (!(layerConf().getActivationFn() instanceof ActivationIdentity)) {
      INDArray output = forward(x, workspaceMgr);
      delta = layerConf().getActivationFn().backprop(output, epsilon).getFirst();
    }
    INDArray next = backward(x, delta, workspaceMgr);
    Gradient gradient = new DefaultGradient();
    for (String parameter : conf.getLayer().initializer().paramKeys(conf.getLayer())) {
      gradient.setGradientFor(parameter, slope(parameter), 'c');
    }
    return new Pair<>(gradient, backpropDropOutIfPresent(next));
  }
}
