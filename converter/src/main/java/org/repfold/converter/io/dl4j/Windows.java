package org.repfold.converter.io.dl4j;

import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/**
 * A DL4J kernel and how it moves, each for height and width.
 *
 * @param mode what decides the padding; {@code padding} counts in the modes Strict and Truncate
 *     alone
 */
record Windows(ConvolutionMode mode, int[] kernel, int[] stride, int[] dilation, int[] padding) {

  /** A kernel over time steps, which are a map's width: the first number of each array. */
  static Windows overTime(
      ConvolutionMode mode, int[] kernel, int[] stride, int[] dilation, int[] padding) {
    return new Windows(
        mode,
        new int[] {1, kernel[0]},
        new int[] {1, stride[0]},
        new int[] {1, dilation[0]},
        new int[] {0, padding[0]});
  }

  /**
   * The window over maps {@code [N, C, H, W]}.
   *
   * @throws BadInputException if the shape is not one of maps
   */
  Window over(Shape maps) {
    requireMaps(maps);
    return switch (mode) {
      case Same -> same(maps);
      case Strict, Truncate -> window(padding, padding);
      case Causal -> window(new int[] {past(0), past(1)}, new int[2]);
    };
  }

  /** The size that the kernel spans. */
  int extent(int axis) {
    return dilation[axis] * (kernel[axis] - 1) + 1;
  }

  /** All that is before a time step and under the kernel (van den Oord et al. 2016, WaveNet). */
  private int past(int axis) {
    return extent(axis) - 1;
  }

  /**
   * As many positions as the map has, divided by the stride and rounded up; an odd padding is
   * larger at the end.
   */
  private Window same(Shape maps) {
    int[] before = new int[2];
    int[] after = new int[2];
    for (int axis = 0; axis < 2; axis++) {
      int size = Math.toIntExact(maps.dimension(2 + axis));
      int positions = (size + stride[axis] - 1) / stride[axis];
      int total = Math.max(0, (positions - 1) * stride[axis] + extent(axis) - size);
      before[axis] = total / 2;
      after[axis] = total - before[axis];
    }
    return window(before, after);
  }

  Window window(int[] before, int[] after) {
    return new Window(
        stride[0], stride[1], dilation[0], dilation[1], before[0], before[1], after[0], after[1]);
  }

  private static void requireMaps(Shape shape) {
    if (shape.rank() != 4) {
      throw new BadInputException("expected maps of shape [N, C, H, W], found " + shape);
    }
  }
}
