package org.repfold.converter.plain;

import java.util.Optional;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/** Convolutions and matrix products. */
final class Products {
  private Products() {}

  static Numbers conv(Operator.Conv conv, Numbers x, Shape shape) {
    Numbers y = Numbers.zeros(shape);
    Window w = conv.window();
    double[] weight = conv.weight().toDoubles();
    int inputs = conv.inputChannels() / conv.group();
    int outputs = conv.outputChannels() / conv.group();
    int index = 0;
    for (int n = 0; n < y.dimension(0); n++) {
      for (int o = 0; o < conv.outputChannels(); o++) {
        for (int oy = 0; oy < y.dimension(2); oy++) {
          for (int ox = 0; ox < y.dimension(3); ox++, index++) {
            for (int i = 0; i < inputs; i++) {
              int channel = n * conv.inputChannels() + o / outputs * inputs + i;
              for (int ky = 0; ky < conv.kernelHeight(); ky++) {
                int iy = oy * w.strideHeight() + ky * w.dilationHeight() - w.padTop();
                for (int kx = 0; kx < conv.kernelWidth(); kx++) {
                  int ix = ox * w.strideWidth() + kx * w.dilationWidth() - w.padLeft();
                  if (iy >= 0 && iy < x.dimension(2) && ix >= 0 && ix < x.dimension(3)) {
                    int tap = ((o * inputs + i) * conv.kernelHeight() + ky) * conv.kernelWidth();
                    y.add(index, weight[tap + kx], x, at(x, channel, iy, ix));
                  }
                }
              }
            }
          }
        }
      }
    }
    return plusBias(y, conv.bias());
  }

  static Numbers convTranspose(Operator.ConvTranspose conv, Numbers x, Shape shape) {
    Numbers y = Numbers.zeros(shape);
    Window w = conv.window();
    double[] weight = conv.weight().toDoubles();
    int inputs = conv.inputChannels() / conv.group();
    int outputs = conv.outputChannels() / conv.group();
    int element = 0;
    for (int n = 0; n < x.dimension(0); n++) {
      for (int i = 0; i < conv.inputChannels(); i++) {
        for (int iy = 0; iy < x.dimension(2); iy++) {
          for (int ix = 0; ix < x.dimension(3); ix++, element++) {
            for (int o = 0; o < outputs; o++) {
              int channel = n * conv.outputChannels() + i / inputs * outputs + o;
              for (int ky = 0; ky < conv.kernelHeight(); ky++) {
                int oy = iy * w.strideHeight() + ky * w.dilationHeight() - w.padTop();
                for (int kx = 0; kx < conv.kernelWidth(); kx++) {
                  int ox = ix * w.strideWidth() + kx * w.dilationWidth() - w.padLeft();
                  if (oy >= 0 && oy < y.dimension(2) && ox >= 0 && ox < y.dimension(3)) {
                    int tap = ((i * outputs + o) * conv.kernelHeight() + ky) * conv.kernelWidth();
                    y.add(at(y, channel, oy, ox), weight[tap + kx], x, element);
                  }
                }
              }
            }
          }
        }
      }
    }
    return plusBias(y, conv.bias());
  }

  static Numbers gemm(Operator.Gemm gemm, Numbers x, Shape shape) {
    Numbers y = Numbers.zeros(shape);
    double[] weight = gemm.weight().toDoubles();
    int inputs = x.size(1);
    int outputs = y.size(1);
    for (int index = 0; index < y.size(); index++) {
      for (int i = 0; i < inputs; i++) {
        y.add(index, weight[index % outputs * inputs + i], x, index / outputs * inputs + i);
      }
    }
    return plusBias(y, gemm.bias());
  }

  static Numbers matMul(Numbers a, Numbers b, Shape shape) {
    Numbers y = Numbers.zeros(shape);
    int rows = a.size(-2);
    int inner = a.size(-1);
    int columns = b.size(-1);
    Shape stack = shape.with(-1, 1).with(-2, 1);
    Shape left = a.shape().with(-1, 1).with(-2, 1);
    Shape right = b.shape().with(-1, 1).with(-2, 1);
    for (int index = 0; index < y.size(); index++) {
      int matrix = index / (rows * columns);
      int first = (Indices.broadcast(matrix, stack, left) * rows + index / columns % rows) * inner;
      int second = Indices.broadcast(matrix, stack, right) * inner * columns + index % columns;
      for (int k = 0; k < inner; k++) {
        Functions.addProduct(y, index, a, first + k, b, second + k * columns);
      }
    }
    return y;
  }

  private static int at(Numbers map, int channel, int y, int x) {
    return (channel * map.size(2) + y) * map.size(3) + x;
  }

  private static Numbers plusBias(Numbers y, Optional<Tensor> bias) {
    if (bias.isPresent()) {
      int positions = y.product(2, y.shape().rank());
      for (int i = 0; i < y.size(); i++) {
        y.add(i, bias.get().get(i / positions % bias.get().size()));
      }
    }
    return y;
  }
}
