package org.repfold.graph;

import java.util.List;

/** An operator that makes one number of several positions of each channel, without parameters. */
public sealed interface Pooling extends Operator {

  /** The largest element under a window of {@code [N, C, H, W]}; padding does not count. */
  record MaxPool(int kernelHeight, int kernelWidth, Window window) implements Pooling {
    public MaxPool {
      requireKernel("MaxPool", kernelHeight, kernelWidth, window);
    }
  }

  /**
   * The mean of the elements under a window of {@code [N, C, H, W]}.
   *
   * @param countIncludePad whether padding counts as elements of value 0, instead of not at all
   */
  record AveragePool(int kernelHeight, int kernelWidth, Window window, boolean countIncludePad)
      implements Pooling {
    public AveragePool {
      requireKernel("AveragePool", kernelHeight, kernelWidth, window);
    }
  }

  /** The mean over all positions of each channel: {@code [N, C, H, W]} to {@code [N, C, 1, 1]}. */
  record GlobalAveragePool() implements Pooling {}

  /**
   * The largest over all positions of each channel: {@code [N, C, H, W]} to {@code [N, C, 1, 1]}.
   */
  record GlobalMaxPool() implements Pooling {}

  /**
   * The mean over some axes.
   *
   * @param axes at least one, counted from the start
   * @param keepDimensions whether they stay, with size 1
   */
  record ReduceMean(List<Integer> axes, boolean keepDimensions) implements Pooling {
    public ReduceMean {
      axes = axes.stream().distinct().sorted().toList();
      if (axes.isEmpty() || axes.get(0) < 0) {
        throw new BadInputException("ReduceMean: expected axes of at least 0, found " + axes);
      }
    }
  }

  private static void requireKernel(String operator, int height, int width, Window window) {
    if (height < 1 || width < 1) {
      throw new BadInputException(
          operator + ": expected a kernel of at least 1x1, found " + height + "x" + width);
    }
    long reachDown = window.dilationHeight() * (height - 1L) + 1;
    long reachRight = window.dilationWidth() * (width - 1L) + 1;
    if (Math.max(window.padTop(), window.padBottom()) >= reachDown
        || Math.max(window.padLeft(), window.padRight()) >= reachRight) {
      throw new BadInputException(
          operator + ": expected less padding than the kernel reaches, found " + window);
    }
  }
}
