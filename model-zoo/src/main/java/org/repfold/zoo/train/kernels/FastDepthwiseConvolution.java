package org.repfold.zoo.train.kernels;

import static org.deeplearning4j.nn.params.DepthwiseConvolutionParamInitializer.WEIGHT_KEY;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.DepthwiseConvolution2DLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A depthwise k x k convolution, padded by half of its kernel. Every plane is padded with zeros,
 * and all planes of a channel are convolved as one long row: neighbours are then at fixed
 * distances, and what is computed across borders falls into the padding. Of a strided convolution
 * all positions are computed, and those between its steps left out.
 */
final class FastDepthwiseConvolution extends DepthwiseConvolution2DLayer {
  private static final long serialVersionUID = 1L;

  FastDepthwiseConvolution(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(DepthwiseConvolution2D conf) {
    int kernel = conf.getKernelSize()[0];
    return conf.getKernelSize()[1] == kernel
        && kernel % 2 == 1
        && conf.getDepthMultiplier() == 1
        && !conf.hasBias()
        && conf.getStride()[0] == conf.getStride()[1]
        && Arrays.stream(conf.getDilation()).allMatch(d -> d == 1)
        && Arrays.stream(conf.getPadding()).allMatch(p -> p == kernel / 2)
        && conf.getConvolutionMode() == ConvolutionMode.Truncate
        && conf.getCnn2dDataFormat() == CNN2DFormat.NCHW
        && conf.getActivationFn() instanceof ActivationIdentity
        && conf.getIDropout() == null;
  }

  /** Sizes of a channel's planes, padded below and to the right only: rows follow each other. */
  private record Planes(int count, int height, int width, int kernel, int stride) {
    /** How many rows or columns of so many a strided convolution gives. */
    static int steps(int size, int step) {
      return (size - 1) / step + 1;
    }

    int pad() {
      return kernel / 2;
    }

    int rowStride() {
      return width + pad();
    }

    int planeStride() {
      return (height + pad()) * rowStride();
    }

    /** Room for the taps that reach before the first and behind the last plane. */
    int margin() {
      return pad() * rowStride() + pad();
    }

    int length() {
      return count * planeStride();
    }

    int offset(int tap) {
      return (tap / kernel - pad()) * rowStride() + tap % kernel - pad();
    }
  }

  private Planes planes() {
    return new Planes(
        (int) input.size(0),
        (int) input.size(2),
        (int) input.size(3),
        layerConf().getKernelSize()[0],
        layerConf().getStride()[0]);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    Planes planes = planes();
    int channels = (int) input.size(1);
    float[] x = ChannelMajor.read(input, 0);
    long[] shape = {
      input.size(0),
      channels,
      Planes.steps(planes.height, planes.stride),
      Planes.steps(planes.width, planes.stride)
    };
    float[] y = ChannelMajor.scratch(1, Arrays.stream(shape).reduce(1, (a, b) -> a * b));
    float[] weights = weights();
    Parallel.each(
        channels,
        c -> {
          float[] padded = pad(x, c, planes, 1);
          float[] sums = new float[planes.length()];
          for (int tap = 0; tap < planes.kernel * planes.kernel; tap++) {
            float weight = weights[tap * channels + c];
            addShifted(sums, padded, planes.margin() + planes.offset(tap), weight);
          }
          unpad(sums, y, c, planes, planes.stride);
        });
    INDArray result = ChannelMajor.create(workspaces, ArrayType.ACTIVATIONS, shape);
    ChannelMajor.write(y, result);
    return result;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    Planes planes = planes();
    int channels = (int) input.size(1);
    int taps = planes.kernel * planes.kernel;
    float[] x = ChannelMajor.read(input, 0);
    float[] dy = ChannelMajor.read(epsilon, 1);
    float[] dx = ChannelMajor.scratch(2, input.length());
    float[] weights = weights();
    float[] weightGradient = new float[weights.length];
    Parallel.each(
        channels,
        c -> {
          float[] paddedX = pad(x, c, planes, 1);
          float[] paddedDy = pad(dy, c, planes, planes.stride);
          float[] sums = new float[planes.length()];
          for (int tap = 0; tap < taps; tap++) {
            int offset = planes.offset(tap);
            addShifted(sums, paddedDy, planes.margin() - offset, weights[tap * channels + c]);
            weightGradient[tap * channels + c] =
                (float)
                    Sums.dot(
                        paddedDy,
                        planes.margin(),
                        paddedX,
                        planes.margin() + offset,
                        planes.length());
          }
          unpad(sums, dx, c, planes, 1);
        });
    INDArray view = gradientViews.get(WEIGHT_KEY);
    view.assign(Nd4j.createFromArray(weightGradient).reshape('c', view.shape()));
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(WEIGHT_KEY, view, 'c');
    INDArray next = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, input.shape());
    ChannelMajor.write(dx, next);
    return new Pair<>(gradient, next);
  }

  /** The weights {@code [k, k, C, 1]} in C order. */
  private float[] weights() {
    INDArray weight = getParam(WEIGHT_KEY);
    return weight.dup('c').reshape(weight.length()).toFloatVector();
  }

  private static void addShifted(float[] sums, float[] padded, int from, float weight) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += weight * padded[from + i];
    }
  }

  /** Lays a channel's planes out, zeros between their values where they go by larger steps. */
  private static float[] pad(float[] values, int channel, Planes planes, int step) {
    float[] padded = new float[planes.length() + 2 * planes.margin()];
    int columns = Planes.steps(planes.width, step);
    int from = channel * planes.count * Planes.steps(planes.height, step) * columns;
    for (int plane = 0; plane < planes.count; plane++) {
      int start = planes.margin() + plane * planes.planeStride();
      for (int row = 0; row < planes.height; row += step) {
        int to = start + row * planes.rowStride();
        for (int column = 0; column < columns; column++) {
          padded[to + column * step] = values[from++];
        }
      }
    }
    return padded;
  }

  /** Collects a channel's planes, by steps. */
  private static void unpad(float[] padded, float[] values, int channel, Planes planes, int step) {
    int columns = Planes.steps(planes.width, step);
    int to = channel * planes.count * Planes.steps(planes.height, step) * columns;
    for (int plane = 0; plane < planes.count; plane++) {
      int start = plane * planes.planeStride();
      for (int row = 0; row < planes.height; row += step) {
        int from = start + row * planes.rowStride();
        for (int column = 0; column < columns; column++) {
          values[to++] = padded[from + column * step];
        }
      }
    }
  }
}
