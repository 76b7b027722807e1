package org.repfold.converter.io.dl4j.layers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * Which neighbour each channel of a map is read from by a Cycle FC: channel {@code i} from {@code
 * (i + k / 2) mod k - k / 2} positions further along the axis of the kernel's length {@code k}, so
 * that {@code k} channels climb one flight of stairs (CycleMLP, arXiv 2107.10224, section 3.2).
 * Beyond the map it reads 0.
 *
 * @param kernelHeight how many rows the stairs span
 * @param kernelWidth how many columns; one of both is 1
 */
record Staircase(int kernelHeight, int kernelWidth) {
  Staircase {
    if (kernelHeight < 1 || kernelWidth < 1 || Math.min(kernelHeight, kernelWidth) > 1) {
      throw new IllegalArgumentException(
          "expected a kernel that is 1 high or 1 wide, found %d x %d"
              .formatted(kernelHeight, kernelWidth));
    }
  }

  /** Channels after which the offsets repeat. */
  int steps() {
    return kernelHeight * kernelWidth;
  }

  int rowOffset(int channel) {
    return kernelHeight > 1 ? offset(channel) : 0;
  }

  int columnOffset(int channel) {
    return kernelWidth > 1 ? offset(channel) : 0;
  }

  private int offset(int channel) {
    return (channel + steps() / 2) % steps() - steps() / 2;
  }

  /** The offsets as the official code keeps them: row and column of each channel in turn. */
  Tensor offsets(int channels) {
    double[] offsets = new double[2 * channels];
    for (int channel = 0; channel < channels; channel++) {
      offsets[2 * channel] = rowOffset(channel);
      offsets[2 * channel + 1] = columnOffset(channel);
    }
    return Tensor.of(Shape.of(1, offsets.length, 1, 1), offsets);
  }

  /** The weight of the depthwise convolution that moves the channels: a single 1 in each. */
  Tensor taps(int channels) {
    double[] taps = new double[channels * steps()];
    for (int channel = 0; channel < channels; channel++) {
      taps[channel * steps() + steps() / 2 + offset(channel)] = 1;
    }
    return Tensor.of(Shape.of(channels, 1, kernelHeight, kernelWidth), taps);
  }

  /** The window of that convolution. */
  Window window() {
    int top = kernelHeight / 2;
    int left = kernelWidth / 2;
    return new Window(1, 1, 1, 1, top, left, kernelHeight - 1 - top, kernelWidth - 1 - left);
  }

  /**
   * Each channel moved.
   *
   * @param map {@code [N, C, H, W]}
   * @return {@code [C, N, H, W]} in C order
   */
  INDArray gathered(INDArray map) {
    long[] s = map.shape();
    INDArray moved = Nd4j.zeros(map.dataType(), s[1], s[0], s[2], s[3]);
    move(map, moved.permute(1, 0, 2, 3), 1);
    return moved;
  }

  /**
   * Each channel moved back, its transpose as a linear map.
   *
   * @param moved {@code [C, N, H, W]}
   * @param map {@code [N, C, H, W]}, to be overwritten
   */
  void scatter(INDArray moved, INDArray map) {
    map.assign(0);
    move(moved.permute(1, 0, 2, 3), map, -1);
  }

  private void move(INDArray from, INDArray to, int direction) {
    for (int step = 0; step < Math.min(steps(), from.size(1)); step++) {
      int rows = direction * rowOffset(step);
      int columns = direction * columnOffset(step);
      if (Math.abs(rows) < from.size(2) && Math.abs(columns) < from.size(3)) {
        part(to, step, -rows, -columns).assign(part(from, step, rows, columns));
      }
    }
  }

  /**
   * The channels of one step, {@code [N, c, h, w]}, without as many first rows and columns as the
   * offsets say, or last ones where these are negative: a view, made by strides, as ND4J's own
   * indices take wrong parts of what is itself a view.
   */
  private INDArray part(INDArray map, int step, int rows, int columns) {
    long[] stride = map.stride();
    long[] shape = map.shape();
    long first =
        map.offset()
            + step * stride[1]
            + Math.max(0, rows) * stride[2]
            + Math.max(0, columns) * stride[3];
    return Nd4j.create(
        map.data(),
        new long[] {
          shape[0],
          (shape[1] - step + steps() - 1) / steps(),
          shape[2] - Math.abs(rows),
          shape[3] - Math.abs(columns)
        },
        new long[] {stride[0], steps() * stride[1], stride[2], stride[3]},
        first,
        'c');
  }
}
