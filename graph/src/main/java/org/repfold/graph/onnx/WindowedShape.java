package org.repfold.graph.onnx;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.repfold.graph.Shape;

/**
 * The shape that convolutions and pools give, over however many axes: what ONNX says of them, for
 * models that do not state it.
 */
final class WindowedShape {
  private static final Set<String> TYPES = Set.of("Conv", "MaxPool", "AveragePool");

  private WindowedShape() {}

  /** The shape; none if the node is another one, or has a form whose shape is less plain. */
  static Optional<Shape> of(OnnxNode node) {
    if (!TYPES.contains(node.type()) || node.inputs() < 1 || node.known(0).isPresent()) {
      return Optional.empty();
    }
    Optional<Shape> weight = node.type().equals("Conv") ? weight(node) : Optional.empty();
    Optional<int[]> kernel =
        node.attributes().integers("kernel_shape").or(() -> weight.map(WindowedShape::kernel));
    boolean isPlain =
        node.attributes().integer("ceil_mode", 0) == 0
            && Set.of("NOTSET", "VALID").contains(node.attributes().string("auto_pad", "NOTSET"));
    if (!isPlain
        || kernel.isEmpty()
        || node.rank() != kernel.get().length + 2
        || node.type().equals("Conv") && weight.isEmpty()) {
      return Optional.empty();
    }
    Shape input = node.shape();
    long channels = weight.map(w -> w.dimension(0)).orElse(input.dimension(1));
    return sizes(node, kernel.get()).map(sizes -> shape(input.dimension(0), channels, sizes));
  }

  private static Optional<Shape> weight(OnnxNode node) {
    return node.inputs() < 2 ? Optional.empty() : node.known(1).map(Known::shape);
  }

  private static int[] kernel(Shape weight) {
    return Arrays.stream(weight.toArray()).skip(2).mapToInt(Math::toIntExact).toArray();
  }

  private static Shape shape(long samples, long channels, long[] sizes) {
    long[] shape = new long[sizes.length + 2];
    shape[0] = samples;
    shape[1] = channels;
    System.arraycopy(sizes, 0, shape, 2, sizes.length);
    return Shape.of(shape);
  }

  /** How many positions the kernel has along each axis; none if it fits nowhere. */
  private static Optional<long[]> sizes(OnnxNode node, int[] kernel) {
    int[] ones = new int[kernel.length];
    Arrays.fill(ones, 1);
    int[] strides = node.attributes().integers("strides", ones);
    int[] dilations = node.attributes().integers("dilations", ones);
    int[] pads = node.attributes().integers("pads", new int[2 * kernel.length]);
    long[] sizes = new long[kernel.length];
    for (int axis = 0; axis < kernel.length; axis++) {
      long size = node.shape().dimension(axis + 2);
      long reach = Math.multiplyExact(dilations[axis], kernel[axis] - 1L) + 1;
      long free = size + pads[axis] + pads[axis + kernel.length] - reach;
      if (size == Shape.UNKNOWN || free < 0 || strides[axis] < 1) {
        return Optional.empty();
      }
      sizes[axis] = free / strides[axis] + 1;
    }
    return Optional.of(sizes);
  }
}
