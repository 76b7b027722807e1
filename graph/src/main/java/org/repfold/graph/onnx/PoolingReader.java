package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/** Reads operators that make one number of several. */
final class PoolingReader {
  /** From this opset on, the axes of ReduceMean are an input. */
  private static final int AXES_AS_INPUT = 18;

  private PoolingReader() {}

  static Operator maxPool(OnnxNode node) {
    node.requireInputs(1, 1);
    int[] kernel = kernel(node);
    return new Pooling.MaxPool(kernel[0], kernel[1], window(node, kernel));
  }

  static Operator averagePool(OnnxNode node) {
    node.requireInputs(1, 1);
    int[] kernel = kernel(node);
    boolean countIncludePad = node.attributes().integer("count_include_pad", 0) != 0;
    return new Pooling.AveragePool(kernel[0], kernel[1], window(node, kernel), countIncludePad);
  }

  private static int[] kernel(OnnxNode node) {
    int[] kernel =
        node.attributes()
            .integers("kernel_shape")
            .orElseThrow(() -> new BadInputException("expected a kernel_shape, found none"));
    require(kernel.length == 2, "a " + node.type() + " over " + kernel.length + " axes");
    return kernel;
  }

  private static Window window(OnnxNode node, int[] kernel) {
    Window window = WindowReader.of(node, kernel);
    if (node.attributes().integer("ceil_mode", 0) != 0) {
      Shape input = node.shape();
      require(
          input.rank() == 4
              && isWhole(
                  input.dimension(2) + window.padTop() + window.padBottom(),
                  kernel[0],
                  window.strideHeight(),
                  window.dilationHeight())
              && isWhole(
                  input.dimension(3) + window.padLeft() + window.padRight(),
                  kernel[1],
                  window.strideWidth(),
                  window.dilationWidth()),
          "a " + node.type() + " with ceil_mode whose last window lies beyond the map");
    }
    return window;
  }

  /** Whether the strides end where the map does, so that rounding up is rounding down. */
  private static boolean isWhole(long padded, long kernel, int stride, int dilation) {
    return stride == 1 || (padded - dilation * (kernel - 1) - 1) % stride == 0;
  }

  /** Over all axes but the first two, however many there are. */
  static Operator globalAverage(OnnxNode node) {
    return node.rank() == 4 || node.rank() < 3
        ? new Pooling.GlobalAveragePool()
        : new Pooling.ReduceMean(IntStream.range(2, node.rank()).boxed().toList(), true);
  }

  static Operator reduceMean(OnnxNode node) {
    boolean keep = node.attributes().integer("keepdims", 1) != 0;
    long[] axes = axes(node);
    if (axes.length == 0 && node.attributes().integer("noop_with_empty_axes", 0) != 0) {
      return new Operator.Identity();
    }
    List<Integer> reduced =
        axes.length == 0
            ? IntStream.range(0, node.rank()).boxed().toList()
            : Arrays.stream(axes).mapToObj(node::axis).toList();
    return new Pooling.ReduceMean(reduced, keep);
  }

  private static long[] axes(OnnxNode node) {
    if (node.opset() >= AXES_AS_INPUT) {
      node.requireInputs(1, 2);
      return node.optionalIntegers(1).orElse(new long[0]);
    }
    node.requireInputs(1, 1);
    return node.attributes()
        .integers("axes")
        .map(axes -> Arrays.stream(axes).asLongStream())
        .orElse(LongStream.empty())
        .toArray();
  }
}
