package org.repfold.converter.execute;

import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.Pooling;
import org.repfold.graph.Window;

/**
 * Pooling of {@code [N, C, H, W]}, window by window. A window's sum is taken in float64 and its
 * mean rounded once.
 */
final class PoolingWindows {
  private final INDArray input;
  private final Window window;
  private final int kernelHeight;
  private final int kernelWidth;

  private PoolingWindows(INDArray input, Window window, int kernelHeight, int kernelWidth) {
    this.input = input;
    this.window = window;
    this.kernelHeight = kernelHeight;
    this.kernelWidth = kernelWidth;
  }

  static INDArray max(Pooling.MaxPool pool, INDArray x) {
    return new PoolingWindows(x, pool.window(), pool.kernelHeight(), pool.kernelWidth())
        .each(PoolingWindows::largest);
  }

  /** The largest of each channel: {@code [N, C, 1, 1]}. */
  static INDArray globalMax(INDArray x) {
    return new PoolingWindows(
            x, Window.unit(), Math.toIntExact(x.size(2)), Math.toIntExact(x.size(3)))
        .each(PoolingWindows::largest);
  }

  static INDArray average(Pooling.AveragePool pool, INDArray x) {
    double elements = (double) pool.kernelHeight() * pool.kernelWidth();
    return new PoolingWindows(x, pool.window(), pool.kernelHeight(), pool.kernelWidth())
        .each(
            pool.countIncludePad()
                ? (map, rows, columns) -> sum(map, rows, columns) / elements
                : (map, rows, columns) ->
                    sum(map, rows, columns) / ((double) rows.count() * columns.count()));
  }

  /** The positions of a window along one axis that lie on the map, {@code step} apart. */
  private record Positions(long first, long step, long count) {
    static Positions of(long start, long step, long kernel, long size) {
      long skipped = Math.max(0, Math.floorDiv(-start + step - 1, step));
      long end = Math.min(kernel, Math.floorDiv(size - 1 - start, step) + 1);
      return new Positions(start + skipped * step, step, Math.max(0, end - skipped));
    }

    long at(long index) {
      return first + index * step;
    }
  }

  /** One channel of one sample. */
  private record Plane(DataBuffer elements, long offset, long width) {
    double at(long row, long column) {
      return elements.getDouble(offset + row * width + column);
    }
  }

  private interface Reduction {
    double of(Plane plane, Positions rows, Positions columns);
  }

  private INDArray each(Reduction reduction) {
    long height = input.size(2);
    long width = input.size(3);
    long rows = window.outputHeight(height, kernelHeight);
    long columns = window.outputWidth(width, kernelWidth);
    INDArray result =
        Nd4j.createUninitialized(
            input.dataType(), new long[] {input.size(0), input.size(1), rows, columns}, 'c');
    DataBuffer to = result.data();
    long index = 0;
    for (long plane = 0; plane < input.size(0) * input.size(1); plane++) {
      Plane from = new Plane(input.data(), plane * height * width, width);
      for (long row = 0; row < rows; row++) {
        long top = row * window.strideHeight() - window.padTop();
        Positions vertical = Positions.of(top, window.dilationHeight(), kernelHeight, height);
        for (long column = 0; column < columns; column++, index++) {
          long left = column * window.strideWidth() - window.padLeft();
          Positions horizontal = Positions.of(left, window.dilationWidth(), kernelWidth, width);
          to.put(index, reduction.of(from, vertical, horizontal));
        }
      }
    }
    return result;
  }

  private static double largest(Plane plane, Positions rows, Positions columns) {
    double largest = Double.NEGATIVE_INFINITY;
    for (long i = 0; i < rows.count(); i++) {
      for (long j = 0; j < columns.count(); j++) {
        largest = Math.max(largest, plane.at(rows.at(i), columns.at(j)));
      }
    }
    return largest;
  }

  private static double sum(Plane plane, Positions rows, Positions columns) {
    double sum = 0;
    for (long i = 0; i < rows.count(); i++) {
      for (long j = 0; j < columns.count(); j++) {
        sum += plane.at(rows.at(i), columns.at(j));
      }
    }
    return sum;
  }
}
