package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Movement;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Reads ScatterND of known numbers at known places, the same in all samples: how PyTorch exports an
 * assignment to a part of a tensor.
 */
final class ScatterReader {
  private ScatterReader() {}

  /** A scatter into a value that the network computes. */
  static List<Step> read(OnnxNode node) {
    Shape data = node.shape();
    if (data.isKnown()) {
      Known updates = updates(node);
      int[] targets = targets(node, node.parameter(1), updates.shape(), data);
      return masked(node, data, updates, targets, true);
    }
    int axis =
        IntStream.range(0, data.rank())
            .filter(i -> data.dimension(i) == Shape.UNKNOWN)
            .findFirst()
            .orElseThrow();
    Shape sample = data.with(axis, 1);
    require(node.batch().filter(times -> times == 1).isPresent(), "a ScatterND of parts");
    Known updates = updatesOfSample(node, axis);
    int[] targets = targets(node, indicesOfSample(node, axis), updates.shape(), sample);
    List<Step> masked = masked(node, sample, updates, targets, false);
    return axis == 0 ? masked : batchFirst(node, axis, sample, masked);
  }

  /** The numbers that are put into the data. */
  static Known updates(OnnxNode node) {
    requireForm(node);
    node.parameter(1);
    return node.known(2)
        .orElseThrow(() -> new NotSupportedException("a ScatterND of computed values"));
  }

  private static void requireForm(OnnxNode node) {
    node.requireInputs(3, 3);
    require(
        node.attributes().string("reduction", "none").equals("none"), "a ScatterND that reduces");
  }

  /** The numbers that are put into each sample of data whose samples lie along the axis. */
  private static Known updatesOfSample(OnnxNode node, int axis) {
    requireForm(node);
    PerSample updates =
        node.perSample(2)
            .filter(PerSample::isAlike)
            .orElseThrow(
                () ->
                    new NotSupportedException("a ScatterND of other than the same in all samples"));
    int indexed = node.shape(1).rank() - 1;
    int depth = depth(node.shape(1), node.rank());
    int expected =
        axis < depth ? node.perSample(1).map(PerSample::axis).orElse(-1) : indexed + axis - depth;
    require(updates.axis() == expected, "a ScatterND of samples along another axis");
    return updates.first();
  }

  /** Where in the first sample; the other samples' indices are theirs and otherwise the same. */
  private static Tensor indicesOfSample(OnnxNode node, int axis) {
    int depth = depth(node.shape(1), node.rank());
    if (axis >= depth) {
      return node.parameter(1);
    }
    PerSample indices =
        node.perSample(1)
            .orElseThrow(() -> new NotSupportedException("a ScatterND to some of the samples"));
    Known first = indices.first();
    require(
        IntStream.range(0, first.size())
            .allMatch(
                i ->
                    i % depth == axis
                        ? indices.counting().get(i) && first.numbers().get(i) == 0
                        : !indices.counting().get(i)),
        "a ScatterND to other places in each sample");
    return first.numbers();
  }

  private static int depth(Shape indices, int rank) {
    long depth = indices.rank() == 0 ? 0 : indices.dimension(-1);
    if (depth < 1 || depth > rank) {
      throw new BadInputException(
          "expected indices of 1 to " + rank + " axes, found shape " + indices);
    }
    return Math.toIntExact(depth);
  }

  /** For each element of the updates, in which element of data of that shape it is put. */
  static int[] targets(OnnxNode node, Tensor indices, Shape updates, Shape data) {
    int depth = depth(indices.shape(), data.rank());
    if (indices.type() != ElementType.INT64) {
      throw new BadInputException("expected indices of int64, found " + indices);
    }
    int indexed = indices.shape().rank() - 1;
    long[] sizes = new long[indexed + data.rank() - depth];
    System.arraycopy(indices.shape().toArray(), 0, sizes, 0, indexed);
    System.arraycopy(data.toArray(), depth, sizes, indexed, data.rank() - depth);
    if (!Shape.of(sizes).equals(updates)) {
      throw new BadInputException(
          "expected updates of shape " + Shape.of(sizes) + ", found " + updates);
    }
    long[] positions = indices.toLongs();
    int slice = Math.toIntExact(data.product(depth, data.rank()));
    int[] targets = new int[Math.toIntExact(node.reserved(updates).elements())];
    for (int i = 0; i < targets.length; i++) {
      long target = 0;
      for (int axis = 0; axis < depth; axis++) {
        long size = data.dimension(axis);
        target = target * size + KnownMovements.position(positions[i / slice * depth + axis], size);
      }
      targets[i] = Math.toIntExact(target * slice + i % slice);
    }
    return targets;
  }

  private static List<Step> masked(
      OnnxNode node, Shape shape, Known updates, int[] targets, boolean ofBatch) {
    require(!updates.isWhole(), "a ScatterND of whole numbers");
    double[] kept = new double[Math.toIntExact(node.reserved(shape).elements())];
    double[] numbers = new double[Math.toIntExact(node.reserved(shape).elements())];
    Arrays.fill(kept, 1);
    for (int i = 0; i < targets.length; i++) {
      kept[targets[i]] = 0;
      numbers[targets[i]] = updates.numbers().get(i);
    }
    return MaskReader.masked(
        0,
        ofBatch ? ofEachSample(shape, kept) : Tensor.of(shape, kept),
        ofBatch ? ofEachSample(shape, numbers) : Tensor.of(shape, numbers),
        updates.numbers().type());
  }

  /** Numbers that are the same for all samples, once, so that they are so for any batch. */
  private static Tensor ofEachSample(Shape shape, double[] numbers) {
    if (shape.rank() > 0 && shape.dimension(0) > 1) {
      int sample = numbers.length / Math.toIntExact(shape.dimension(0));
      boolean alike = true;
      for (int i = sample; alike && i < numbers.length; i++) {
        alike = numbers[i] == numbers[i - sample];
      }
      if (alike) {
        return Tensor.of(shape.with(0, 1), Arrays.copyOf(numbers, sample));
      }
    }
    return Tensor.of(shape, numbers);
  }

  /**
   * The same with the samples along the first axis, between two transposes. PyTorch's newer
   * exporter moves the axis to the front of which a part is assigned; so it is back where it was.
   */
  private static List<Step> batchFirst(OnnxNode node, int axis, Shape sample, List<Step> masked) {
    List<Integer> swapped = new ArrayList<>(IntStream.range(0, sample.rank()).boxed().toList());
    Collections.swap(swapped, 0, axis);
    Picking moved = KnownMovements.transposition(node, sample, swapped);
    Step transpose = new Step(new Movement.Transpose(swapped), List.of(new Step.Input(0)));
    Step back = new Step(new Movement.Transpose(swapped), List.of(new Step.Before()));
    List<Step> steps = new ArrayList<>(List.of(transpose));
    for (Step step : masked) {
      Step.Number number = (Step.Number) step.operands().get(1);
      steps.add(
          new Step(
              step.operator(),
              List.of(new Step.Before(), new Step.Number(moved.of(number.numbers())))));
    }
    steps.add(back);
    return steps;
  }
}
