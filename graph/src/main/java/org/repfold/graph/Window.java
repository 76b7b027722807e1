package org.repfold.graph;

/**
 * How a two-dimensional kernel moves over a map: strides, dilations, and zero padding on each side,
 * all in map elements, as in ONNX.
 */
public record Window(
    int strideHeight,
    int strideWidth,
    int dilationHeight,
    int dilationWidth,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight) {

  public Window {
    if (strideHeight < 1 || strideWidth < 1 || dilationHeight < 1 || dilationWidth < 1) {
      throw new BadInputException("window: expected strides and dilations of at least 1");
    }
    if (padTop < 0 || padLeft < 0 || padBottom < 0 || padRight < 0) {
      throw new BadInputException("window: expected padding of at least 0");
    }
  }

  /** Stride 1, dilation 1, no padding. */
  public static Window unit() {
    return padded(0);
  }

  /** Stride 1, dilation 1, the same padding on all four sides. */
  public static Window padded(int padding) {
    return new Window(1, 1, 1, 1, padding, padding, padding, padding);
  }

  /** No padding, dilation 1, and the given strides. */
  public static Window strided(int strideHeight, int strideWidth) {
    return new Window(strideHeight, strideWidth, 1, 1, 0, 0, 0, 0);
  }

  /** Whether no side is padded. */
  public boolean isUnpadded() {
    return padTop == 0 && padLeft == 0 && padBottom == 0 && padRight == 0;
  }

  /** The height of the result, for a map and a kernel of the given heights. */
  public long outputHeight(long height, long kernelHeight) {
    return outputSize(
        height, kernelHeight, strideHeight, dilationHeight, padTop + (long) padBottom);
  }

  /** The width of the result, for a map and a kernel of the given widths. */
  public long outputWidth(long width, long kernelWidth) {
    return outputSize(width, kernelWidth, strideWidth, dilationWidth, padLeft + (long) padRight);
  }

  /** The height of a transposed convolution's result. */
  public long transposedHeight(long height, long kernelHeight) {
    return transposedSize(
        height, kernelHeight, strideHeight, dilationHeight, padTop + (long) padBottom);
  }

  /** The width of a transposed convolution's result. */
  public long transposedWidth(long width, long kernelWidth) {
    return transposedSize(
        width, kernelWidth, strideWidth, dilationWidth, padLeft + (long) padRight);
  }

  private static long transposedSize(
      long size, long kernel, int stride, int dilation, long padding) {
    long reach = dilation * (kernel - 1) + 1 - padding;
    return Math.addExact(Math.multiplyExact(size - 1, stride), reach);
  }

  /** Rounded down, so that a map smaller than the kernel has no result whatever the stride. */
  private static long outputSize(long size, long kernel, int stride, int dilation, long padding) {
    return Math.floorDiv(Math.addExact(size, padding) - dilation * (kernel - 1) - 1, stride) + 1;
  }
}
