package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.List;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * Reads convolutions and pools along a line {@code [N, C, L]} as the same over a map of height 1,
 * between reshapes to {@code [N, C, 1, L]} and back.
 */
final class LineReader {
  private LineReader() {}

  static boolean isConv(OnnxNode node) {
    return node.rank() == 3
        && node.known(1).filter(weight -> weight.shape().rank() == 3).isPresent();
  }

  static boolean isPool(OnnxNode node) {
    return node.rank() == 3 && kernelShape(node).filter(kernel -> kernel.length == 1).isPresent();
  }

  private static Optional<int[]> kernelShape(OnnxNode node) {
    return node.attributes().integers("kernel_shape");
  }

  static List<Step> conv(OnnxNode node) {
    node.requireInputs(2, 3);
    Tensor weight = node.parameter(1);
    Shape shape = weight.shape();
    int kernel = Math.toIntExact(shape.dimension(2));
    if (node.attributes().integers("kernel_shape", kernel)[0] != kernel) {
      throw new BadInputException("expected kernel_shape [" + kernel + "] as of the weight");
    }
    Tensor overMaps =
        weight.reshape(Shape.of(shape.dimension(0), shape.dimension(1), 1, shape.dimension(2)));
    Window window = window(node);
    return overMap(
        node,
        new Operator.Conv(
            overMaps, node.optionalParameter(2), window, node.attributes().integer("group", 1)),
        shape.dimension(0),
        length(node, kernel, window));
  }

  static List<Step> maxPool(OnnxNode node) {
    int kernel = poolKernel(node);
    Window window = window(node);
    return overMap(
        node,
        new Pooling.MaxPool(1, kernel, window),
        node.shape().dimension(1),
        length(node, kernel, window));
  }

  static List<Step> averagePool(OnnxNode node) {
    int kernel = poolKernel(node);
    Window window = window(node);
    boolean countIncludePad = node.attributes().integer("count_include_pad", 0) != 0;
    return overMap(
        node,
        new Pooling.AveragePool(1, kernel, window, countIncludePad),
        node.shape().dimension(1),
        length(node, kernel, window));
  }

  private static int poolKernel(OnnxNode node) {
    node.requireInputs(1, 1);
    require(
        node.attributes().integer("ceil_mode", 0) == 0,
        "a " + node.type() + " along a line with ceil_mode");
    return kernelShape(node).orElseThrow()[0];
  }

  private static Window window(OnnxNode node) {
    NodeAttributes attributes = node.attributes();
    String automatic = attributes.string("auto_pad", "NOTSET");
    require(
        automatic.equals("NOTSET") || automatic.equals("VALID"),
        "a " + node.type() + " along a line with auto_pad " + automatic);
    int stride = attributes.integers("strides", 1)[0];
    int dilation = attributes.integers("dilations", 1)[0];
    int[] pads = attributes.integers("pads", 0, 0);
    if (stride < 1) {
      throw new BadInputException("expected strides of at least 1, found [" + stride + "]");
    }
    return new Window(1, stride, 1, dilation, 0, pads[0], 0, pads[1]);
  }

  /** How many positions a kernel has along the line; {@link Shape#UNKNOWN} as the line's length. */
  private static long length(OnnxNode node, int kernel, Window window) {
    long length = node.shape().dimension(2);
    if (length == Shape.UNKNOWN) {
      return Shape.UNKNOWN;
    }
    long reach = Math.multiplyExact(window.dilationWidth(), kernel - 1L) + 1;
    long free = length + window.padLeft() + window.padRight() - reach;
    if (free < 0) {
      throw new BadInputException(
          "expected a line of at least "
              + (length - free)
              + " elements for the kernel, found "
              + length);
    }
    return free / window.strideWidth() + 1;
  }

  private static List<Step> overMap(OnnxNode node, Operator operator, long channels, long length) {
    Shape line = node.shape();
    return Step.chain(
        List.of(
            Movement.Reshape.to(line.dimension(0), line.dimension(1), 1, line.dimension(2)),
            operator,
            Movement.Reshape.to(line.dimension(0), channels, length)));
  }
}
