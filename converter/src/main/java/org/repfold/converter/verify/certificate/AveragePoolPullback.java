package org.repfold.converter.verify.certificate;

import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/** Of the mean under a window. */
final class AveragePoolPullback implements Pullback {
  private final Pooling.AveragePool pool;
  private final int height;
  private final int width;
  private final int outputHeight;
  private final int outputWidth;

  /**
   * @param input {@code [N, C, H, W]}
   * @param output {@code [N, C, H', W']}
   */
  AveragePoolPullback(Pooling.AveragePool pool, Shape input, Shape output) {
    this.pool = pool;
    height = Math.toIntExact(input.dimension(2));
    width = Math.toIntExact(input.dimension(3));
    outputHeight = Math.toIntExact(output.dimension(2));
    outputWidth = Math.toIntExact(output.dimension(3));
  }

  @Override
  public long pull(Row result, Row operand) {
    Window window = pool.window();
    long pulled = 0;
    for (int block = 0; block < result.blocks(); block++) {
      for (int i = result.from(block); i < result.to(block); i++) {
        if (result.magnitudes[i] != 0) {
          int top = i / outputWidth % outputHeight * window.strideHeight() - window.padTop();
          int left = i % outputWidth * window.strideWidth() - window.padLeft();
          int rows = inside(top, window.dilationHeight(), pool.kernelHeight(), height);
          int columns = inside(left, window.dilationWidth(), pool.kernelWidth(), width);
          int count =
              pool.countIncludePad() ? pool.kernelHeight() * pool.kernelWidth() : rows * columns;
          pull(
              operand,
              i / (outputHeight * outputWidth),
              top,
              left,
              result.factors[i] / count,
              result.magnitudes[i] / count);
          pulled += (long) rows * columns;
        }
      }
    }
    return pulled;
  }

  private static int inside(int first, int dilation, int kernel, int size) {
    int inside = 0;
    for (int k = 0; k < kernel; k++) {
      int position = first + k * dilation;
      inside += position >= 0 && position < size ? 1 : 0;
    }
    return inside;
  }

  private void pull(Row operand, int channel, int top, int left, double factor, double magnitude) {
    for (int ky = 0; ky < pool.kernelHeight(); ky++) {
      int y = top + ky * pool.window().dilationHeight();
      for (int kx = 0; y >= 0 && y < height && kx < pool.kernelWidth(); kx++) {
        int x = left + kx * pool.window().dilationWidth();
        if (x >= 0 && x < width) {
          operand.add((channel * height + y) * width + x, factor, magnitude);
        }
      }
    }
  }

  @Override
  public int terms() {
    return pool.kernelHeight() * pool.kernelWidth();
  }
}
