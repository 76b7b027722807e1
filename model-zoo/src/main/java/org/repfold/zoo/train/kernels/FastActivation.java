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

/** An activation over plain arrays: of maps channel-major, of all else in C order. */
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
    int length = (int) input.length();
    float[] x = read(input, 0);
    Parallel.each(
        PARTS, part -> function.apply(x, x, bound(length, part), bound(length, part + 1)));
    return written(x, workspaces, ArrayType.ACTIVATIONS);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    int length = (int) input.length();
    float[] x = read(input, 0);
    float[] dy = read(epsilon, 1);
    Parallel.each(
        PARTS, part -> function.derive(x, dy, x, bound(length, part), bound(length, part + 1)));
    return new Pair<>(new DefaultGradient(), written(x, workspaces, ArrayType.ACTIVATION_GRAD));
  }

  private static float[] read(INDArray array, int slot) {
    return isMap(array) ? ChannelMajor.read(array, slot) : RowMajor.read(array, slot);
  }

  private INDArray written(float[] values, LayerWorkspaceMgr workspaces, ArrayType type) {
    if (!isMap(input)) {
      return RowMajor.written(values, workspaces, type, input.shape());
    }
    INDArray map = ChannelMajor.create(workspaces, type, input.shape());
    ChannelMajor.write(values, map);
    return map;
  }

  private static boolean isMap(INDArray array) {
    return array.rank() == 4;
  }

  private static int bound(int length, int part) {
    return (int) ((long) length * part / PARTS);
  }
}
