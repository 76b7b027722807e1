package org.repfold.converter.execute;

import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/** What the operators mean, as loops over indices: what the executor is held against. */
final class PlainLoops {
  private PlainLoops() {}

  static double[] conv(Operator.Conv conv, double[] x, int samples, int height, int width) {
    Window w = conv.window();
    int inputs = conv.inputChannels();
    int outputs = conv.outputChannels();
    int inGroup = inputs / conv.group();
    int outGroup = outputs / conv.group();
    int oh = (int) w.outputHeight(height, conv.kernelHeight());
    int ow = (int) w.outputWidth(width, conv.kernelWidth());
    double[] y = new double[samples * outputs * oh * ow];
    for (int n = 0; n < samples; n++) {
      for (int o = 0; o < outputs; o++) {
        for (int oy = 0; oy < oh; oy++) {
          for (int ox = 0; ox < ow; ox++) {
            double sum = conv.bias().isPresent() ? conv.bias().get().get(o) : 0;
            for (int i = 0; i < inGroup; i++) {
              for (int ky = 0; ky < conv.kernelHeight(); ky++) {
                for (int kx = 0; kx < conv.kernelWidth(); kx++) {
                  int iy = oy * w.strideHeight() + ky * w.dilationHeight() - w.padTop();
                  int ix = ox * w.strideWidth() + kx * w.dilationWidth() - w.padLeft();
                  if (iy >= 0 && iy < height && ix >= 0 && ix < width) {
                    int channel = o / outGroup * inGroup + i;
                    int tap =
                        ((o * inGroup + i) * conv.kernelHeight() + ky) * conv.kernelWidth() + kx;
                    sum +=
                        conv.weight().get(tap)
                            * x[((n * inputs + channel) * height + iy) * width + ix];
                  }
                }
              }
            }
            y[((n * outputs + o) * oh + oy) * ow + ox] = sum;
          }
        }
      }
    }
    return y;
  }

  static double[] gemm(Operator.Gemm gemm, double[] x, int rows) {
    int outputs = (int) gemm.weight().shape().dimension(0);
    int inputs = (int) gemm.weight().shape().dimension(1);
    double[] y = new double[rows * outputs];
    for (int n = 0; n < rows; n++) {
      for (int o = 0; o < outputs; o++) {
        double sum = gemm.bias().isPresent() ? gemm.bias().get().get(o) : 0;
        for (int i = 0; i < inputs; i++) {
          sum += x[n * inputs + i] * gemm.weight().get(o * inputs + i);
        }
        y[n * outputs + o] = sum;
      }
    }
    return y;
  }

  static double[] batchNormalization(
      Operator.BatchNormalization norm, double[] x, int samples, int positions) {
    double[] y = new double[x.length];
    for (int n = 0; n < samples; n++) {
      for (int c = 0; c < norm.channels(); c++) {
        for (int p = 0; p < positions; p++) {
          int i = (n * norm.channels() + c) * positions + p;
          y[i] =
              norm.scale().get(c)
                      * (x[i] - norm.mean().get(c))
                      / Math.sqrt(norm.variance().get(c) + norm.epsilon())
                  + norm.shift().get(c);
        }
      }
    }
    return y;
  }

  static double[] matMul(double[] a, double[] b, int stack, int m, int k, int n, boolean shareB) {
    double[] y = new double[stack * m * n];
    for (int s = 0; s < stack; s++) {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = 0;
          for (int l = 0; l < k; l++) {
            sum += a[(s * m + i) * k + l] * b[((shareB ? 0 : s) * k + l) * n + j];
          }
          y[(s * m + i) * n + j] = sum;
        }
      }
    }
    return y;
  }

  static Tensor tensor(double[] elements, long... shape) {
    return Tensor.of(org.repfold.graph.Shape.of(shape), elements);
  }
}
