package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/** Reads operators that move elements about. */
final class MovementReader {
  /** From these opsets on, what was an attribute is an input. */
  private static final int SLICE_OF_INPUTS = 10;

  private static final int PAD_OF_INPUTS = 11;

  /** Exporters write no end of a slice as one of these numbers or larger. */
  private static final long NO_END = Integer.MAX_VALUE;

  private MovementReader() {}

  static Operator flatten(OnnxNode node) {
    int axis = node.attributes().integer("axis", 1);
    require(axis == 1 || axis == 1 - node.rank(), "a Flatten of axis " + axis);
    return new Movement.Flatten();
  }

  static Operator transpose(OnnxNode node) {
    int rank = node.rank();
    int[] permutation =
        node.attributes()
            .integers("perm")
            .orElseGet(() -> IntStream.range(0, rank).map(i -> rank - 1 - i).toArray());
    return new Movement.Transpose(Arrays.stream(permutation).boxed().toList());
  }

  static Operator concat(OnnxNode node) {
    node.requireInputs(1, Integer.MAX_VALUE);
    int axis =
        node.attributes()
            .integer("axis")
            .orElseThrow(() -> new BadInputException("expected an axis, found none"));
    return new Movement.Concat(node.axis(axis), node.inputs());
  }

  static Operator reshape(OnnxNode node) {
    node.requireInputs(2, 2);
    long[] sizes = node.integers(1);
    require(
        node.attributes().integer("allowzero", 0) == 0
            || Arrays.stream(sizes).allMatch(size -> size != 0),
        "a Reshape to no elements");
    return Movement.Reshape.to(withCopiedSizes(node.shape(), sizes));
  }

  /** ONNX's 0 copies a size of the input. */
  private static long[] withCopiedSizes(Shape input, long[] sizes) {
    long[] result = sizes.clone();
    for (int axis = 0; axis < sizes.length; axis++) {
      if (sizes[axis] == 0) {
        if (axis >= input.rank()) {
          throw new BadInputException(
              "expected an input with axis " + axis + " to copy, found shape " + input);
        }
        result[axis] = input.dimension(axis);
      }
    }
    int free = IntStream.range(0, sizes.length).filter(i -> sizes[i] == -1).findFirst().orElse(-1);
    boolean batchCopied =
        IntStream.range(0, sizes.length).anyMatch(i -> sizes[i] == 0 && result[i] == -1);
    if (free >= 0 && batchCopied) {
      // The batch is the one axis left unknown, so the free size is what the others leave.
      result[free] = knownProduct(input.toArray()) / Math.max(1, knownProduct(result));
    }
    return result;
  }

  private static long knownProduct(long[] sizes) {
    return Arrays.stream(sizes)
        .filter(size -> size != Shape.UNKNOWN)
        .reduce(1, Math::multiplyExact);
  }

  /** One operator for each axis that is cut. */
  static List<Operator> slice(OnnxNode node) {
    boolean inputs = node.opset() >= SLICE_OF_INPUTS;
    node.requireInputs(inputs ? 3 : 1, inputs ? 5 : 1);
    long[] starts = inputs ? node.integers(1) : attribute(node, "starts");
    long[] ends = inputs ? node.integers(2) : attribute(node, "ends");
    Optional<long[]> given = inputs ? node.optionalIntegers(3) : node.attributes().longs("axes");
    long[] axes = given.orElseGet(() -> LongStream.range(0, starts.length).toArray());
    Optional<long[]> steps = inputs ? node.optionalIntegers(4) : Optional.empty();
    require(
        steps.map(all -> Arrays.stream(all).allMatch(step -> step == 1)).orElse(true),
        "a Slice with steps other than 1");
    if (ends.length != starts.length
        || axes.length != starts.length
        || Arrays.stream(axes).map(node::axis).distinct().count() != axes.length) {
      throw new BadInputException(
          "expected as many ends and different axes as starts, found "
              + Arrays.toString(starts)
              + ", "
              + Arrays.toString(ends)
              + " and "
              + Arrays.toString(axes));
    }
    List<Operator> slices = new ArrayList<>();
    for (int i = 0; i < axes.length; i++) {
      slice(node.shape(), node.axis(axes[i]), starts[i], ends[i]).ifPresent(slices::add);
    }
    return slices.isEmpty() ? List.of(new Operator.Identity()) : slices;
  }

  /**
   * None where all elements stay. Positions below 0 count from the end, those outside are moved.
   */
  private static Optional<Operator> slice(Shape input, int axis, long start, long end) {
    long size = input.dimension(axis);
    if (size == Shape.UNKNOWN) {
      require(start == 0 && end >= NO_END, "a Slice of the batch");
      return Optional.empty();
    }
    long from = position(start, size);
    long to = position(end, size);
    require(from < to, "a Slice to no elements");
    return from == 0 && to == size
        ? Optional.empty()
        : Optional.of(new Movement.Slice(axis, from, to));
  }

  private static long position(long index, long size) {
    return Math.max(0, Math.min(size, index < 0 ? index + size : index));
  }

  static Operator pad(OnnxNode node) {
    boolean inputs = node.opset() >= PAD_OF_INPUTS;
    node.requireInputs(inputs ? 2 : 1, inputs ? 4 : 1);
    String mode = node.attributes().string("mode", "constant");
    require(mode.equals("constant"), "a Pad of mode " + mode);
    long[] pads = inputs ? node.integers(1) : attribute(node, "pads");
    double value = inputs ? node.optionalNumber(2).orElse(0.0) : node.attributes().real("value", 0);
    Optional<long[]> given = inputs ? node.optionalIntegers(3) : Optional.empty();
    long[] axes = given.orElseGet(() -> LongStream.range(0, node.rank()).toArray());
    if (pads.length != 2 * axes.length) {
      throw new BadInputException(
          "expected two pads for each of " + axes.length + " axes, found " + pads.length);
    }
    require(Arrays.stream(pads).allMatch(size -> size >= 0), "a Pad by negative sizes");
    Long[] before = new Long[node.rank()];
    Long[] after = new Long[node.rank()];
    Arrays.fill(before, 0L);
    Arrays.fill(after, 0L);
    for (int i = 0; i < axes.length; i++) {
      before[node.axis(axes[i])] = pads[i];
      after[node.axis(axes[i])] = pads[axes.length + i];
    }
    return new Movement.Pad(List.of(before), List.of(after), value);
  }

  private static long[] attribute(OnnxNode node, String name) {
    return node.attributes()
        .longs(name)
        .orElseThrow(() -> new BadInputException("expected " + name + ", found none"));
  }
}
