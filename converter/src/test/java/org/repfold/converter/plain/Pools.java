package org.repfold.converter.plain;

import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/** Operators that make one number of several. */
final class Pools {
  private Pools() {}

  static Numbers of(Pooling operator, Numbers x, Shape shape) {
    if (operator instanceof Pooling.MaxPool pool) {
      return windowed(x, shape, pool.window(), pool.kernelHeight(), pool.kernelWidth(), Kind.MAX);
    } else if (operator instanceof Pooling.AveragePool pool) {
      return windowed(
          x,
          shape,
          pool.window(),
          pool.kernelHeight(),
          pool.kernelWidth(),
          pool.countIncludePad() ? Kind.MEAN_WITH_PADDING : Kind.MEAN);
    } else if (operator instanceof Pooling.ReduceMean mean) {
      return reduced(mean, x, shape);
    }
    Kind kind = operator instanceof Pooling.GlobalMaxPool ? Kind.MAX : Kind.MEAN;
    return windowed(x, shape, Window.unit(), x.size(2), x.size(3), kind);
  }

  private enum Kind {
    MAX,
    MEAN,
    MEAN_WITH_PADDING
  }

  private static Numbers windowed(
      Numbers x, Shape shape, Window w, int kernelHeight, int kernelWidth, Kind kind) {
    Numbers y = Numbers.zeros(shape);
    int height = x.size(2);
    int width = x.size(3);
    for (int index = 0; index < y.size(); index++) {
      int channel = index / y.product(2, 4);
      int top = index / y.size(3) % y.size(2) * w.strideHeight() - w.padTop();
      int left = index % y.size(3) * w.strideWidth() - w.padLeft();
      double largest = Double.NEGATIVE_INFINITY;
      double error = 0;
      int count = 0;
      for (int ky = 0; ky < kernelHeight; ky++) {
        for (int kx = 0; kx < kernelWidth; kx++) {
          int iy = top + ky * w.dilationHeight();
          int ix = left + kx * w.dilationWidth();
          if (iy >= 0 && iy < height && ix >= 0 && ix < width) {
            int element = (channel * height + iy) * width + ix;
            largest = Math.max(largest, x.value()[element]);
            error = Math.max(error, x.magnitude()[element]);
            count++;
            y.add(index, 1, x, element);
          } else if (kind == Kind.MEAN_WITH_PADDING && isPadding(w, iy, ix, height, width)) {
            count++;
          }
        }
      }
      if (kind == Kind.MAX) {
        y.value()[index] = largest;
        y.magnitude()[index] = error;
      } else {
        y.multiply(index, 1.0 / count);
      }
    }
    return y;
  }

  /** Whether a position is in the padding, not beyond it. */
  private static boolean isPadding(Window w, int iy, int ix, int height, int width) {
    return iy < height + w.padBottom() && ix < width + w.padRight();
  }

  private static Numbers reduced(Pooling.ReduceMean mean, Numbers x, Shape shape) {
    Numbers y = Numbers.zeros(shape);
    Shape kept = x.shape();
    for (int axis : mean.axes()) {
      kept = kept.with(axis, 1);
    }
    Shape reduced = kept;
    double share = (double) y.size() / x.size();
    for (int i = 0; i < x.size(); i++) {
      int[] positions = Indices.positions(i, x.shape());
      int index = Indices.at(reduced, axis -> reduced.dimension(axis) == 1 ? 0 : positions[axis]);
      y.add(index, share, x, i);
    }
    return y;
  }
}
