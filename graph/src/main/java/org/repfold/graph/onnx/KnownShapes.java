package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Computes the operators that turn shapes to numbers and numbers to shapes. */
final class KnownShapes {
  private KnownShapes() {}

  /** The sizes of a value, known or not, from one axis to another. */
  static Known shape(OnnxNode node) {
    node.requireInputs(1, 1);
    long[] sizes = node.shape().toArray();
    BitSet ofBatch = new BitSet();
    for (int axis = 0; axis < sizes.length; axis++) {
      if (sizes[axis] == Shape.UNKNOWN) {
        sizes[axis] =
            node.batch()
                .orElseThrow(
                    () -> new NotSupportedException("a size that is no multiple of the batch"));
        ofBatch.set(axis);
      }
    }
    int from = bound(node.attributes().integer("start", 0), sizes.length);
    int to = bound(node.attributes().integer("end", sizes.length), sizes.length);
    int end = Math.max(from, to);
    Known all = Known.integers(Shape.of(end - from), Arrays.copyOfRange(sizes, from, end));
    return new Known(all.type(), all.numbers(), ofBatch.get(from, end));
  }

  private static int bound(int axis, int rank) {
    return Math.max(0, Math.min(rank, axis < 0 ? axis + rank : axis));
  }

  static Known size(OnnxNode node) {
    node.requireInputs(1, 1);
    return Known.integers(Shape.of(), node.shape().elements());
  }

  /** One number, as often as the shape says. */
  static Known constantOfShape(OnnxNode node) {
    node.requireInputs(1, 1);
    Known sizes = node.sizes(0);
    require(!sizes.isOfBatch(), "a ConstantOfShape whose size depends on the batch");
    Known value =
        node.attributes()
            .tensor("value")
            .map(proto -> OnnxTensors.known(proto, ExternalData.none()))
            .orElse(Known.of(Tensor.of(Shape.of(1), 0f)));
    if (value.size() != 1) {
      throw new BadInputException("expected a value of one element, found " + value.numbers());
    }
    return repeated(node, value, shape(sizes));
  }

  /** A known value broadcast to a shape. */
  static Known repeated(OnnxNode node, Known value, Shape shape) {
    return value.picked(Picking.broadcast(value.shape(), node.reserved(shape)));
  }

  private static Shape shape(Known sizes) {
    long[] numbers = sizes.numbers().toLongs();
    if (Arrays.stream(numbers).anyMatch(size -> size < 0)) {
      throw new BadInputException(
          "expected sizes of at least 0, found " + Arrays.toString(numbers));
    }
    return Shape.of(numbers);
  }

  /** The shape that a value of one shape is broadcast to, together with another one. */
  static Shape broadcast(Shape one, Shape other) {
    long[] sizes = new long[Math.max(one.rank(), other.rank())];
    for (int axis = 1; axis <= sizes.length; axis++) {
      long a = axis > one.rank() ? 1 : one.dimension(-axis);
      long b = axis > other.rank() ? 1 : other.dimension(-axis);
      if (a != b && a != 1 && b != 1) {
        throw new BadInputException(
            "expected shapes that can be broadcast, found " + one + " and " + other);
      }
      sizes[sizes.length - axis] = a == 1 ? b : a;
    }
    return Shape.of(sizes);
  }

  /** To which shape an Expand broadcasts its input. */
  static Shape expanded(OnnxNode node) {
    node.requireInputs(2, 2);
    Known sizes = node.sizes(1);
    require(!sizes.isOfBatch(), "an Expand to a size that depends on the batch");
    return broadcast(node.shape(), shape(sizes));
  }

  /** Whole numbers from a start on, a step apart, below a limit. */
  static Known range(OnnxNode node) {
    node.requireInputs(3, 3);
    long start = number(node, 0);
    long limit = number(node, 1);
    long step = number(node, 2);
    if (step == 0) {
      throw new BadInputException("expected a step other than 0, found 0");
    }
    long distance = Math.subtractExact(limit, start);
    boolean any = distance != 0 && (distance > 0) == (step > 0);
    long count = any ? Math.addExact((distance - Long.signum(step)) / step, 1) : 0;
    Shape shape = node.reserved(Shape.of(count));
    long[] numbers = new long[Math.toIntExact(count)];
    Arrays.setAll(numbers, i -> start + i * step);
    return new Known(node.known(0).orElseThrow().type(), Tensor.of(shape, numbers), new BitSet());
  }

  private static long number(OnnxNode node, int input) {
    Optional<Known> known = node.known(input);
    require(
        known.isPresent() && known.get().isWhole() && !known.get().isOfBatch(),
        "a Range of other than known whole numbers");
    if (known.get().size() != 1) {
      throw new BadInputException(
          "expected input " + input + " to be one number, found " + known.get().numbers());
    }
    return known.get().numbers().toLongs()[0];
  }
}
