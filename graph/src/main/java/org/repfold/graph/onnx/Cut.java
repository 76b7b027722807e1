package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;

/**
 * Some of the positions along an axis: {@code count} of them, from {@code start} on, {@code step}
 * apart.
 */
record Cut(int axis, long start, long count, long step) {
  /** From these opsets on, what was an attribute is an input. */
  private static final int SLICE_OF_INPUTS = 10;

  private static final int SPLIT_OF_INPUTS = 13;

  /** Exporters write no end of a slice as one of these numbers or larger. */
  private static final long NO_END = Integer.MAX_VALUE;

  /** What a Slice cuts, without the axes of which all positions stay as they are. */
  static List<Cut> of(OnnxNode node) {
    boolean inputs = node.opset() >= SLICE_OF_INPUTS;
    node.requireInputs(inputs ? 3 : 1, inputs ? 5 : 1);
    long[] starts = inputs ? node.integers(1) : node.attributes().requiredLongs("starts");
    long[] ends = inputs ? node.integers(2) : node.attributes().requiredLongs("ends");
    Optional<long[]> given = inputs ? node.optionalIntegers(3) : node.attributes().longs("axes");
    long[] axes = given.orElseGet(() -> LongStream.range(0, starts.length).toArray());
    long[] ones = new long[axes.length];
    Arrays.fill(ones, 1);
    long[] steps = inputs ? node.optionalIntegers(4).orElse(ones) : ones;
    if (ends.length != starts.length
        || axes.length != starts.length
        || steps.length != starts.length
        || Arrays.stream(axes).map(node::axis).distinct().count() != axes.length) {
      throw new BadInputException(
          "expected as many ends, steps and different axes as starts, found "
              + Arrays.toString(starts)
              + ", "
              + Arrays.toString(ends)
              + ", "
              + Arrays.toString(steps)
              + " and "
              + Arrays.toString(axes));
    }
    List<Cut> cuts = new ArrayList<>();
    for (int i = 0; i < axes.length; i++) {
      int axis = node.axis(axes[i]);
      of(axis, node.shape().dimension(axis), starts[i], ends[i], steps[i]).ifPresent(cuts::add);
    }
    return cuts;
  }

  /** Positions below 0 count from the end, those outside are moved to the nearest inside. */
  private static Optional<Cut> of(int axis, long size, long start, long end, long step) {
    if (step == 0) {
      throw new BadInputException("expected steps other than 0, found 0");
    }
    if (size == Shape.UNKNOWN) {
      require(start == 0 && end >= NO_END && step == 1, "a Slice of the batch");
      return Optional.empty();
    }
    boolean forward = step > 0;
    long from = position(start, size, forward ? 0 : -1, forward ? size : size - 1);
    long to = position(end, size, forward ? 0 : -1, forward ? size : size - 1);
    long distance = forward ? to - from : from - to;
    // No step leads farther than the axis is long, and the magnitude of the longest is no long.
    long stride = Math.min(Math.max(1, size), forward ? step : -Math.max(step, -Long.MAX_VALUE));
    long count = distance <= 0 ? 0 : (distance - 1) / stride + 1;
    return from == 0 && count == size && forward
        ? Optional.empty()
        : Optional.of(new Cut(axis, from, count, forward ? stride : -stride));
  }

  private static long position(long index, long size, long lowest, long highest) {
    return Math.max(lowest, Math.min(highest, index < 0 ? index + size : index));
  }

  /** For each output of a Split what it is of its input. */
  static List<Cut> split(OnnxNode node) {
    boolean inputs = node.opset() >= SPLIT_OF_INPUTS;
    node.requireInputs(1, inputs ? 2 : 1);
    int axis = node.axis(node.attributes().integer("axis", 0));
    long size = node.shape().dimension(axis);
    require(size != Shape.UNKNOWN, "a Split of the batch");
    Optional<long[]> given = inputs ? node.optionalIntegers(1) : node.attributes().longs("split");
    long[] counts = given.orElseGet(() -> alike(node.outputs(), size));
    if (counts.length != node.outputs()
        || Arrays.stream(counts).anyMatch(count -> count < 0 || count > size)
        || Arrays.stream(counts).sum() != size) {
      throw new BadInputException(
          "expected sizes for "
              + node.outputs()
              + " outputs that sum to "
              + size
              + ", found "
              + Arrays.toString(counts));
    }
    List<Cut> cuts = new ArrayList<>();
    long start = 0;
    for (long count : counts) {
      cuts.add(new Cut(axis, start, count, 1));
      start += count;
    }
    return cuts;
  }

  /** The last one may be smaller. */
  private static long[] alike(int outputs, long size) {
    long each = (size + outputs - 1) / outputs;
    return LongStream.range(0, outputs)
        .map(i -> Math.max(0, Math.min(each, size - i * each)))
        .toArray();
  }

  /** The positions, of which the axis has no more than an array. */
  int[] positions() {
    return IntStream.range(0, Math.toIntExact(count))
        .map(i -> Math.toIntExact(start + i * step))
        .toArray();
  }
}
