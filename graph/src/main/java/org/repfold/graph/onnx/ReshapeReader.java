package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;

/**
 * Reads the shapes that operators give which leave elements in their order. The size that depends
 * on the batch, of which there may be one, becomes -1.
 */
final class ReshapeReader {
  /** From this opset on, the axes of Squeeze and Unsqueeze are an input. */
  private static final int AXES_AS_INPUT = 13;

  private ReshapeReader() {}

  /** The shape that the node gives its first input. */
  static Shape target(OnnxNode node) {
    return switch (node.type()) {
      case "Flatten" -> flattened(node);
      case "Squeeze" -> squeezed(node);
      case "Unsqueeze" -> unsqueezed(node);
      default -> reshaped(node);
    };
  }

  private static Shape flattened(OnnxNode node) {
    node.requireInputs(1, 1);
    long[] sizes = node.shape().toArray();
    int axis = node.attributes().integer("axis", 1);
    int fromStart = axis < 0 ? axis + sizes.length : axis;
    if (fromStart < 0 || fromStart > sizes.length) {
      throw new BadInputException(
          "expected an axis of " + sizes.length + " axes or behind them, found " + axis);
    }
    return Shape.of(product(sizes, 0, fromStart), product(sizes, fromStart, sizes.length));
  }

  private static long product(long[] sizes, int from, int to) {
    boolean known = Arrays.stream(sizes, from, to).noneMatch(size -> size == Shape.UNKNOWN);
    return known ? Arrays.stream(sizes, from, to).reduce(1, Math::multiplyExact) : Shape.UNKNOWN;
  }

  private static Shape squeezed(OnnxNode node) {
    Shape input = node.shape();
    long[] given = axes(node, 1);
    List<Integer> axes =
        given.length == 0
            ? IntStream.range(0, input.rank()).filter(i -> input.dimension(i) == 1).boxed().toList()
            : Arrays.stream(given).mapToObj(node::axis).toList();
    List<Long> sizes = new ArrayList<>();
    for (int axis = 0; axis < input.rank(); axis++) {
      if (!axes.contains(axis)) {
        sizes.add(input.dimension(axis));
      } else if (input.dimension(axis) != 1) {
        throw new BadInputException(
            "expected axis " + axis + " of size 1 to leave out, found shape " + input);
      }
    }
    return Shape.of(sizes);
  }

  private static Shape unsqueezed(OnnxNode node) {
    Shape input = node.shape();
    long[] given = axes(node, 2);
    int rank = input.rank() + given.length;
    long[] axes = Arrays.stream(given).map(axis -> axis < 0 ? axis + rank : axis).toArray();
    if (given.length == 0
        || LongStream.of(axes).distinct().count() != axes.length
        || LongStream.of(axes).anyMatch(axis -> axis < 0 || axis >= rank)) {
      throw new BadInputException(
          "expected different axes of " + rank + " axes, found " + Arrays.toString(given));
    }
    Set<Long> added = new HashSet<>(LongStream.of(axes).boxed().toList());
    List<Long> sizes = new ArrayList<>();
    int taken = 0;
    for (long axis = 0; axis < rank; axis++) {
      sizes.add(added.contains(axis) ? 1L : input.dimension(taken++));
    }
    return Shape.of(sizes);
  }

  private static long[] axes(OnnxNode node, int fewestInputs) {
    if (node.opset() >= AXES_AS_INPUT) {
      node.requireInputs(fewestInputs, 2);
      return node.optionalIntegers(1).orElse(new long[0]);
    }
    node.requireInputs(1, 1);
    return node.attributes().longs("axes").orElse(new long[0]);
  }

  private static Shape reshaped(OnnxNode node) {
    node.requireInputs(2, 2);
    Known sizes = node.sizes(1);
    long[] target = sizes.numbers().toLongs();
    require(
        node.attributes().integer("allowzero", 0) == 0
            || Arrays.stream(target).allMatch(size -> size != 0),
        "a Reshape to no elements");
    long batches = 0;
    int free = -1;
    for (int axis = 0; axis < target.length; axis++) {
      long size = target[axis];
      boolean copied = size == 0;
      if (copied) {
        size = copied(node.shape(), axis);
      }
      if (sizes.ofBatch().get(axis) || copied && size == Shape.UNKNOWN) {
        if (batches != 0) {
          throw new NotSupportedException("a Reshape to two sizes that depend on the batch");
        }
        batches = copied ? batch(node) : size;
        size = Shape.UNKNOWN;
      } else if (size == Shape.UNKNOWN) {
        requireOne(free < 0, target);
        free = axis;
      }
      target[axis] = size;
    }
    return batches == 0 ? Shape.of(target) : besideTheBatch(node, target, batches, free);
  }

  private static void requireOne(boolean first, long[] target) {
    if (!first) {
      throw new BadInputException(
          "expected at most one size of -1, found " + Arrays.toString(target));
    }
  }

  private static long copied(Shape input, int axis) {
    if (axis >= input.rank()) {
      throw new BadInputException(
          "expected an input with axis " + axis + " to copy, found shape " + input);
    }
    return input.dimension(axis);
  }

  private static long batch(OnnxNode node) {
    return node.batch()
        .orElseThrow(
            () ->
                new BadInputException(
                    "expected an input whose size depends on the batch, found shape "
                        + node.shape()));
  }

  /** The free size, if there is one, is what the others leave, whatever the batch. */
  private static Shape besideTheBatch(OnnxNode node, long[] target, long batches, int free) {
    long available = Math.multiplyExact(batch(node), Values.knownProduct(node.shape()));
    long others = Math.multiplyExact(batches, Values.knownProduct(Shape.of(target)));
    boolean fits =
        free < 0 ? others == available : others > 0 && available % others == 0 && available > 0;
    if (batches < 0 || !fits) {
      throw new BadInputException(
          "expected as many elements as in "
              + node.shape()
              + ", found "
              + batches
              + " times the batch and "
              + Arrays.toString(target));
    }
    if (free >= 0) {
      target[free] = available / others;
    }
    return Shape.of(target);
  }
}
