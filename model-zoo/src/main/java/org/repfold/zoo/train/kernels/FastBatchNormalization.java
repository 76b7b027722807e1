package org.repfold.zoo.train.kernels;

import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.BETA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GAMMA;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_MEAN;
import static org.deeplearning4j.nn.params.BatchNormalizationParamInitializer.GLOBAL_VAR;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** BatchNorm of a map over plain arrays (Ioffe and Szegedy, arXiv 1502.03167). */
final class FastBatchNormalization extends BatchNormalization {
  private static final long serialVersionUID = 1L;

  private float[] mean;
  private float[] variance;

  FastBatchNormalization(NeuralNetConfiguration conf) {
    super(conf, DataType.FLOAT);
  }

  /** Whether this class computes what the configured layer does. */
  static boolean supports(org.deeplearning4j.nn.conf.layers.BatchNormalization conf) {
    return !conf.isUseLogStd()
        && !conf.isLockGammaBeta()
        && conf.getCnn2DFormat() == org.deeplearning4j.nn.conf.CNN2DFormat.NCHW;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (input.rank() != 4) {
      return super.activate(training, workspaces);
    }
    int channels = (int) input.size(1);
    int size = (int) (input.length() / channels);
    float[] x = ChannelMajor.read(input, 0);
    float[] y = ChannelMajor.scratch(1, input.length());
    float[] gamma = ChannelMajor.vector(getParam(GAMMA));
    float[] beta = ChannelMajor.vector(getParam(BETA));
    if (training) {
      mean = new float[channels];
      variance = new float[channels];
    }
    float[] m = training ? mean : ChannelMajor.vector(getParam(GLOBAL_MEAN));
    float[] v = training ? variance : ChannelMajor.vector(getParam(GLOBAL_VAR));
    double epsilon = layerConf().getEps();
    Parallel.each(
        channels,
        c -> {
          int from = c * size;
          if (training) {
            m[c] = (float) (Sums.sum(x, from, size) / size);
            v[c] = (float) (Sums.squares(x, from, size, m[c]) / size);
          }
          float scale = (float) (gamma[c] / Math.sqrt(v[c] + epsilon));
          scaleAndShift(x, y, from, size, scale, beta[c], m[c]);
        });
    INDArray result = ChannelMajor.create(workspaces, ArrayType.ACTIVATIONS, input.shape());
    ChannelMajor.write(y, result);
    return result;
  }

  private static void scaleAndShift(
      float[] x, float[] y, int from, int size, float scale, float shift, float mean) {
    for (int i = from; i < from + size; i++) {
      y[i] = (x[i] - mean) * scale + shift;
    }
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    if (input.rank() != 4) {
      return super.backpropGradient(epsilon, workspaces);
    }
    int channels = (int) input.size(1);
    int size = (int) (input.length() / channels);
    float[] x = ChannelMajor.read(input, 0);
    float[] dy = ChannelMajor.read(epsilon, 1);
    float[] gamma = ChannelMajor.vector(getParam(GAMMA));
    float[] gammaGradient = new float[channels];
    float[] betaGradient = new float[channels];
    Parallel.each(
        channels,
        c -> {
          int from = c * size;
          double inverse = 1 / Math.sqrt(variance[c] + layerConf().getEps());
          double sum = Sums.sum(dy, from, size);
          double product = (Sums.dot(dy, from, x, from, size) - mean[c] * sum) * inverse;
          betaGradient[c] = (float) sum;
          gammaGradient[c] = (float) product;
          // dx = gamma / sigma * (dy - mean(dy) - xHat * mean(dy * xHat)), in place of x
          float scale = (float) (gamma[c] * inverse);
          float slope = (float) (-gamma[c] * inverse * inverse * product / size);
          float shift = (float) (-gamma[c] * inverse * sum / size);
          float centre = mean[c];
          for (int i = from; i < from + size; i++) {
            x[i] = dy[i] * scale + ((x[i] - centre) * slope + shift);
          }
        });
    INDArray next = ChannelMajor.create(workspaces, ArrayType.ACTIVATION_GRAD, input.shape());
    ChannelMajor.write(x, next);
    return new Pair<>(gradient(gammaGradient, betaGradient), next);
  }

  /** DL4J treats the running statistics as parameters that descend along these "gradients". */
  private Gradient gradient(float[] gamma, float[] beta) {
    double share = 1 - layerConf().getDecay();
    float[] oldMean = ChannelMajor.vector(getParam(GLOBAL_MEAN));
    float[] oldVariance = ChannelMajor.vector(getParam(GLOBAL_VAR));
    float[] meanStep = new float[mean.length];
    float[] varianceStep = new float[mean.length];
    for (int c = 0; c < mean.length; c++) {
      meanStep[c] = (float) ((oldMean[c] - mean[c]) * share);
      varianceStep[c] = (float) ((oldVariance[c] - variance[c]) * share);
    }
    Gradient gradient = new DefaultGradient();
    put(gradient, GAMMA, gamma);
    put(gradient, BETA, beta);
    put(gradient, GLOBAL_MEAN, meanStep);
    put(gradient, GLOBAL_VAR, varianceStep);
    return gradient;
  }

  private void put(Gradient gradient, String key, float[] values) {
    INDArray view = gradientViews.get(key);
    view.assign(Nd4j.createFromArray(values).reshape(view.shape()));
    gradient.setGradientFor(key, view);
  }
}
