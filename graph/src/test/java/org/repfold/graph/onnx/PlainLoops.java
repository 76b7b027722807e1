package org.repfold.graph.onnx;

import java.util.List;
import org.repfold.graph.ElementType;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** What each operator means, in float64, as plainly as can be. */
final class PlainLoops {
  private PlainLoops() {}

  static Tensor run(Operator operator, Shape result, List<Tensor> in) {
    Tensor x = in.get(0);
    double[] out = new double[(int) result.elements()];
    if (operator instanceof Operator.Conv conv) {
      conv(conv, result, x, out);
    } else if (operator instanceof Operator.Gemm gemm) {
      gemm(gemm, x, out);
    } else if (operator instanceof Operator.BatchNormalization norm) {
      long positions = x.shape().product(2, x.shape().rank());
      for (int i = 0; i < out.length; i++) {
        int c = (int) (i / positions % norm.channels());
        out[i] =
            norm.scale().get(c)
                    * (x.get(i) - norm.mean().get(c))
                    / Math.sqrt(norm.variance().get(c) + norm.epsilon())
                + norm.shift().get(c);
      }
    } else if (operator instanceof Operator.Add) {
      for (int i = 0; i < out.length; i++) {
        out[i] =
            x.get(source(result, x.shape(), i))
                + in.get(1).get(source(result, in.get(1).shape(), i));
      }
    } else if (operator instanceof Operator.Mul) {
      for (int i = 0; i < out.length; i++) {
        out[i] =
            x.get(source(result, x.shape(), i))
                * in.get(1).get(source(result, in.get(1).shape(), i));
      }
    } else if (operator instanceof Operator.MatMul) {
      matMul(result, x, in.get(1), out);
    } else if (operator instanceof Operator.Softmax softmax) {
      softmax(softmax, x, out);
    } else if (operator instanceof Pooling.GlobalAveragePool) {
      int positions = (int) x.shape().product(2, 4);
      for (int i = 0; i < x.size(); i++) {
        out[i / positions] += x.get(i) / positions;
      }
    } else if (operator instanceof Movement.Transpose transpose) {
      transpose(transpose, result, x, out);
    } else {
      for (int i = 0; i < out.length; i++) {
        out[i] = pointwise(operator, x.get(i));
      }
    }
    return Tensor.of(result, out);
  }

  static Shape shapeOf(Operator operator, List<Tensor> in) {
    java.util.Map<String, Shape> shapes = new java.util.HashMap<>();
    String[] names = new String[in.size()];
    for (int i = 0; i < names.length; i++) {
      names[i] = "x" + i;
      shapes.put(names[i], in.get(i).shape());
    }
    return ShapeInference.shapeOf(new Node("y", operator, names), shapes);
  }

  private static double pointwise(Operator operator, double x) {
    if (operator instanceof Unary.Relu) {
      return Math.max(x, 0);
    } else if (operator instanceof Unary.Sigmoid) {
      return 1 / (1 + Math.exp(-x));
    } else if (operator instanceof Unary.Gelu) {
      return x / 2 * (1 + erf(x / Math.sqrt(2)));
    }
    return x;
  }

  /** Maclaurin's series; within 1e-9 for arguments up to 4, beyond which it is 1. */
  private static double erf(double x) {
    if (Math.abs(x) > 4) {
      return Math.signum(x);
    }
    double sum = 0;
    double power = x;
    for (int n = 0; n < 100; n++) {
      sum += power / (2 * n + 1);
      power *= -x * x / (n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }

  private static void conv(Operator.Conv conv, Shape result, Tensor x, double[] out) {
    Window w = conv.window();
    int channels = (int) x.shape().dimension(1);
    int height = (int) x.shape().dimension(2);
    int width = (int) x.shape().dimension(3);
    int perGroup = channels / conv.group();
    int outputsPerGroup = conv.outputChannels() / conv.group();
    int i = 0;
    for (int n = 0; n < result.dimension(0); n++) {
      for (int o = 0; o < conv.outputChannels(); o++) {
        for (int y = 0; y < result.dimension(2); y++) {
          for (int z = 0; z < result.dimension(3); z++, i++) {
            out[i] = conv.bias().isPresent() ? conv.bias().get().get(o) : 0;
            for (int c = 0; c < perGroup; c++) {
              int channel = o / outputsPerGroup * perGroup + c;
              for (int kh = 0; kh < conv.kernelHeight(); kh++) {
                for (int kw = 0; kw < conv.kernelWidth(); kw++) {
                  int row = y * w.strideHeight() + kh * w.dilationHeight() - w.padTop();
                  int column = z * w.strideWidth() + kw * w.dilationWidth() - w.padLeft();
                  if (row >= 0 && row < height && column >= 0 && column < width) {
                    out[i] +=
                        x.get(((n * channels + channel) * height + row) * width + column)
                            * conv.weight()
                                .get(
                                    ((o * perGroup + c) * conv.kernelHeight() + kh)
                                            * conv.kernelWidth()
                                        + kw);
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  private static void gemm(Operator.Gemm gemm, Tensor x, double[] out) {
    int outputs = (int) gemm.weight().shape().dimension(0);
    int inputs = (int) gemm.weight().shape().dimension(1);
    for (int i = 0; i < out.length; i++) {
      int o = i % outputs;
      out[i] = gemm.bias().isPresent() ? gemm.bias().get().get(o) : 0;
      for (int k = 0; k < inputs; k++) {
        out[i] += x.get(i / outputs * inputs + k) * gemm.weight().get(o * inputs + k);
      }
    }
  }

  private static void matMul(Shape result, Tensor a, Tensor b, double[] out) {
    int rows = (int) result.dimension(-2);
    int columns = (int) result.dimension(-1);
    int inner = (int) a.shape().dimension(-1);
    Shape batch = result.with(-1, 1).with(-2, 1);
    for (int i = 0; i < out.length; i++) {
      int matrix = i / (rows * columns);
      int left = source(batch, a.shape().with(-1, 1).with(-2, 1), matrix) * rows * inner;
      int right = source(batch, b.shape().with(-1, 1).with(-2, 1), matrix) * inner * columns;
      for (int k = 0; k < inner; k++) {
        out[i] +=
            a.get(left + i / columns % rows * inner + k) * b.get(right + k * columns + i % columns);
      }
    }
  }

  private static void softmax(Operator.Softmax softmax, Tensor x, double[] out) {
    int rank = x.shape().rank();
    int axis = softmax.axis() < 0 ? softmax.axis() + rank : softmax.axis();
    int size = (int) x.shape().dimension(axis);
    int step = (int) x.shape().product(axis + 1, rank);
    for (int i = 0; i < out.length; i++) {
      int first = i - i / step % size * step;
      double sum = 0;
      for (int k = 0; k < size; k++) {
        sum += Math.exp(x.get(first + k * step));
      }
      out[i] = Math.exp(x.get(i)) / sum;
    }
  }

  private static void transpose(
      Movement.Transpose transpose, Shape result, Tensor x, double[] out) {
    int rank = result.rank();
    for (int i = 0; i < out.length; i++) {
      int from = 0;
      for (int axis = 0; axis < rank; axis++) {
        int position = (int) (i / result.product(axis + 1, rank) % result.dimension(axis));
        int sourceAxis = transpose.permutation().get(axis);
        from += position * (int) x.shape().product(sourceAxis + 1, rank);
      }
      out[i] = x.get(from);
    }
  }

  /** The row-major index in a value that was broadcast to {@code result}. */
  private static int source(Shape result, Shape value, int index) {
    int from = 0;
    int step = 1;
    for (int axis = 1; axis <= value.rank(); axis++) {
      int size = (int) value.dimension(-axis);
      int position = (int) (index % result.dimension(-axis));
      index /= (int) result.dimension(-axis);
      from += size == 1 ? 0 : position * step;
      step *= size;
    }
    return from;
  }

  static Tensor exact(Tensor tensor) {
    return tensor.to(ElementType.FLOAT64);
  }
}
