package org.repfold.zoo.train.kernels;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a convolution's window sees of a map, as a matrix {@code [C * kh * kw, N * oh * ow]}: row by
 * row the map, moved by one tap of the kernel, with zeros beyond its border. A convolution is then
 * one product with that matrix (Chellapilla et al., "High Performance Convolutional Neural Networks
 * for Document Processing", 2006).
 */
record Patches(Axis vertical, Axis horizontal) {

  /** The window along one axis. */
  private record Axis(int kernel, int stride, int padding, int dilation) {
    static final Axis UNIT = new Axis(1, 1, 0, 1);

    int output(int size) {
      return (size + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1;
    }

    /** Where the tap is on the input for output 0. */
    int offset(int tap) {
      return tap * dilation - padding;
    }

    /** The first output for which the tap is on a map. */
    int from(int tap) {
      return Math.max(0, Math.floorDiv(stride - 1 - offset(tap), stride));
    }

    /** The output behind the last one for which the tap is on a map of that size. */
    int to(int tap, int size) {
      int behind = Math.floorDiv(size - 1 - offset(tap), stride) + 1;
      return Math.max(from(tap), Math.min(output(size), behind));
    }
  }

  static Patches of(ConvolutionLayer layer) {
    return new Patches(axis(layer, 0), axis(layer, 1));
  }

  private static Axis axis(ConvolutionLayer layer, int axis) {
    return new Axis(
        layer.getKernelSize()[axis],
        layer.getStride()[axis],
        layer.getPadding()[axis],
        layer.getDilation()[axis]);
  }

  /** Whether the patches are the map itself: of a 1 x 1 convolution. */
  boolean areTheMap() {
    return vertical.equals(Axis.UNIT) && horizontal.equals(Axis.UNIT);
  }

  private int taps() {
    return vertical.kernel * horizontal.kernel;
  }

  /** Sizes of the result of a convolution, {@code [N, channels, oh, ow]}. */
  long[] output(INDArray map, long channels) {
    return new long[] {
      map.size(0),
      channels,
      vertical.output((int) map.size(2)),
      horizontal.output((int) map.size(3))
    };
  }

  /** Reads them off a map. */
  INDArray read(INDArray map) {
    if (areTheMap()) {
      return ChannelMajor.matrix(map);
    }
    Planes planes = new Planes(map);
    int rows = (int) map.size(1) * taps();
    INDArray patches = Nd4j.createUninitialized(DataType.FLOAT, rows, planes.columns());
    float[] source = ChannelMajor.read(map, 0);
    float[] target = ChannelMajor.scratch(1, patches.length());
    Parallel.each(
        rows,
        row -> {
          int start = row * planes.columns();
          Arrays.fill(target, start, start + planes.columns(), 0);
          planes.eachRun(
              row,
              (inMap, inRow, length) -> {
                if (horizontal.stride == 1) {
                  System.arraycopy(source, inMap, target, start + inRow, length);
                } else {
                  for (int i = 0; i < length; i++) {
                    target[start + inRow + i] = source[inMap + i * horizontal.stride];
                  }
                }
              });
        });
    ChannelMajor.writeContiguous(target, patches);
    return patches;
  }

  /** The sums, at each place of a map, of what patches hold for it: the gradient of reading. */
  void sumInto(INDArray map, INDArray patches) {
    Planes planes = new Planes(map);
    float[] source = ChannelMajor.scratch(0, patches.length());
    ChannelMajor.readContiguous(patches, source);
    float[] target = ChannelMajor.scratch(1, map.length());
    int size = (int) (map.length() / map.size(1));
    Parallel.each(
        (int) map.size(1),
        c -> {
          Arrays.fill(target, c * size, (c + 1) * size, 0);
          for (int row = c * taps(); row < (c + 1) * taps(); row++) {
            int start = row * planes.columns();
            planes.eachRun(
                row,
                (inMap, inRow, length) -> {
                  for (int i = 0; i < length; i++) {
                    target[inMap + i * horizontal.stride] += source[start + inRow + i];
                  }
                });
          }
        });
    ChannelMajor.write(target, map);
  }

  /** Takes a run of values: where it begins in the map, and in the row of patches. */
  private interface Run {
    void take(int inMap, int inRow, int length);
  }

  /** The planes of a channel-major map. */
  private final class Planes {
    private final int count;
    private final int height;
    private final int width;
    private final int outHeight;
    private final int outWidth;

    Planes(INDArray map) {
      count = (int) map.size(0);
      height = (int) map.size(2);
      width = (int) map.size(3);
      outHeight = vertical.output(height);
      outWidth = horizontal.output(width);
    }

    int columns() {
      return count * outHeight * outWidth;
    }

    /** What of a row of patches is on the map. */
    void eachRun(int row, Run run) {
      int channel = row / taps();
      int tapY = row % taps() / horizontal.kernel;
      int tapX = row % horizontal.kernel;
      int from = horizontal.from(tapX);
      int length = horizontal.to(tapX, width) - from;
      if (length == 0) {
        return;
      }
      int firstColumn = from * horizontal.stride + horizontal.offset(tapX);
      int firstRow = vertical.from(tapY);
      int endRow = vertical.to(tapY, height);
      for (int plane = 0; plane < count; plane++) {
        for (int y = firstRow; y < endRow; y++) {
          int inputRow = y * vertical.stride + vertical.offset(tapY);
          run.take(
              ((channel * count + plane) * height + inputRow) * width + firstColumn,
              (plane * outHeight + y) * outWidth + from,
              length);
        }
      }
    }
  }
}
