package org.repfold.zoo.train.kernels;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.ActivationLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.repfold.converter.io.dl4j.layers.GeluErf;

/** An activation of a map, over plain arrays. */
final class FastActivation extends ActivationLayer {
  private static final long serialVersionUID = 1L;
  private static final int PARTS = 16;

  private final transient ScalarFunction function;

  FastActivation(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
    function =
        layerConf().getActivationFn() instanceof GeluErf
            ? new ScalarFunction.Gelu()
            : new ScalarFunction.Relu();
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(IActivation activation) {
    return activation instanceof GeluErf
        || activation instanceof ActivationReLU relu && relu.equals(new ActivationReLU());
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (input.rank() != 4) {
      return super.activate(training, workspaces);
    }
    int length = (int) input.length();
    float[] x = ChannelMajor.read(input, 0);
    Parallel.each(
        PARTS, part -> function.apply(x, x, bound(length, part), bound(length, part + 1)));
    INDArray result = ChannelMajor.create(workspaces, ArrayType.ACTIVATIONS, input.shape());
    ChannelMajor.write(x, result);
    return result;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (input.rank() != 4) {
      return super.backpropGradient(epsilon, workspaces);
    }
    int length = (int) input.length();
    float[] x = ChannelMajor.read(input, 0);
    float[] dy = ChannelMajor.read(epsilon, 1);
    Parallel.each(
        PARTS, part -> function.derive(x, dy, x, bound(length, part), bound(length, part + 1)));
    INDArray next = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, input.shape());
    ChannelMajor.write(x, next);
    return new Pair<>(new DefaultGradient(), next);
  }

  private static int bound(int length, int part) {
    return (int) ((long) length * part / PARTS);
  }
}
