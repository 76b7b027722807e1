package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * Where a convolution's taps read along both axes of the map, and how many groups keep its channels
 * apart: the frame into which weights are laid.
 */
record Kernel(Axis rows, Axis columns, int group) {

  static Kernel of(Operator.Conv conv) {
    Window window = conv.window();
    return new Kernel(
        new Axis(window.padTop(), window.dilationHeight(), conv.kernelHeight()),
        new Axis(window.padLeft(), window.dilationWidth(), conv.kernelWidth()),
        conv.group());
  }

  /** The smallest kernel that has all taps of both and mixes the channels that either mixes. */
  static Kernel covering(Kernel a, Kernel b) {
    return new Kernel(
        Axis.covering(a.rows, b.rows),
        Axis.covering(a.columns, b.columns),
        Axis.greatestCommonDivisor(a.group, b.group));
  }

  /** The kernel of one convolution behind another. */
  static Kernel product(Operator.Conv first, Operator.Conv second) {
    Kernel a = of(first);
    Kernel b = of(second);
    Window window = first.window();
    return new Kernel(
        Axis.product(a.rows, window.strideHeight(), b.rows),
        Axis.product(a.columns, window.strideWidth(), b.columns),
        Axis.greatestCommonDivisor(a.group, b.group));
  }

  /** Multiplications for one element of the output, of so many input channels in all groups. */
  double multiplications(int inputChannels) {
    return (double) rows.taps() * columns.taps() * inputChannels / group;
  }

  /** The shape of the weight; call only where {@link #multiplications} has been found bearable. */
  Shape weightShape(int inputChannels, int outputChannels) {
    return Shape.of(outputChannels, inputChannels / group, rows.taps(), columns.taps());
  }

  /**
   * The convolution of this kernel that makes a map of the given output size, with just the padding
   * that it needs.
   */
  Operator.Conv conv(
      Tensor weight,
      Optional<Tensor> bias,
      int strideHeight,
      int strideWidth,
      Shape input,
      Shape output) {
    long behind = rows.paddingBehind(strideHeight, input.dimension(2), output.dimension(2));
    long right = columns.paddingBehind(strideWidth, input.dimension(3), output.dimension(3));
    Window window =
        new Window(
            strideHeight,
            strideWidth,
            Math.toIntExact(rows.dilation()),
            Math.toIntExact(columns.dilation()),
            Math.toIntExact(rows.padding()),
            Math.toIntExact(columns.padding()),
            Math.toIntExact(Math.max(0, behind)),
            Math.toIntExact(Math.max(0, right)));
    return new Operator.Conv(weight, bias, window, group);
  }
}
