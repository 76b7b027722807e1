package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Computes, while a model is read, the nodes that make values with a part for each sample of what
 * is known then, and those that take such values and nothing that the network computes.
 */
final class PerSampleReader {
  private PerSampleReader() {}

  /**
   * The node's output; empty if it is no such value.
   *
   * @throws NotSupportedException if the samples' parts are not alike and do not count the samples
   *     either
   */
  static Optional<PerSample> read(OnnxNode node) {
    boolean any = false;
    boolean all = true;
    for (int i = 0; i < node.inputs(); i++) {
      boolean perSample = node.perSample(i).isPresent();
      any |= perSample;
      all &= perSample || node.known(i).isPresent();
    }
    boolean first = node.inputs() > 0 && node.perSample(0).isPresent();
    return switch (all ? node.type() : "") {
      case "Range" -> any ? Optional.empty() : range(node);
      case "Expand" -> expanded(node);
      case "Identity", "Cast" -> first ? node.perSample(0).map(v -> cast(node, v)) : empty();
      case "Reshape", "Squeeze", "Unsqueeze" ->
          first ? node.perSample(0).map(value -> reshaped(node, value)) : empty();
      case "Transpose" -> node.perSample(0).map(value -> transposed(node, value));
      case "Concat" -> any ? Optional.of(concatenated(node)) : empty();
      case "Add" -> any ? Optional.of(sum(node)) : empty();
      default -> empty();
    };
  }

  private static Optional<PerSample> empty() {
    return Optional.empty();
  }

  /** The numbers of the samples, from 0 on. */
  private static Optional<PerSample> range(OnnxNode node) {
    node.requireInputs(3, 3);
    Known limit = node.known(1).orElseThrow();
    if (!limit.isOfBatch()) {
      return Optional.empty();
    }
    require(
        isNumber(node.known(0).orElseThrow(), 0)
            && isNumber(node.known(2).orElseThrow(), 1)
            && limit.numbers().get(0) == 1,
        "a Range other than over the samples");
    Known zero = Known.of(limit.type(), Tensor.of(Shape.of(1), 0L));
    return Optional.of(new PerSample(zero, 0, BitSet.valueOf(new long[] {1})));
  }

  private static boolean isNumber(Known known, long number) {
    return known.size() == 1 && !known.isOfBatch() && known.numbers().get(0) == number;
  }

  private static Optional<PerSample> expanded(OnnxNode node) {
    node.requireInputs(2, 2);
    Optional<PerSample> input = node.perSample(0);
    if (node.perSample(1).isPresent() || input.isEmpty() && !node.sizes(1).isOfBatch()) {
      return Optional.empty();
    }
    Known sizes = node.sizes(1);
    Known first = input.map(PerSample::first).orElseGet(() -> node.known(0).orElseThrow());
    Shape target = KnownShapes.broadcast(first.shape(), ofOneSample(sizes));
    int axis =
        sizes.isOfBatch()
            ? sizes.ofBatch().nextSetBit(0) - sizes.size()
            : input.orElseThrow().axis() - first.shape().rank();
    boolean before = input.map(value -> axis == value.axis() - first.shape().rank()).orElse(true);
    require(
        before && target.dimension(axis) == 1,
        "an Expand to the batch of a value with another number of samples");
    Picking picking = Picking.broadcast(first.shape(), node.reserved(target));
    BitSet counting = input.map(PerSample::counting).orElseGet(BitSet::new);
    return Optional.of(
        new PerSample(first.picked(picking), target.rank() + axis, picking.of(counting)));
  }

  /** Sizes of which one is the batch at most, for a batch of one sample. */
  private static Shape ofOneSample(Known sizes) {
    long[] numbers = sizes.numbers().toLongs();
    require(
        sizes.ofBatch().cardinality() <= 1
            && sizes.ofBatch().stream().allMatch(i -> numbers[i] == 1),
        "an Expand to multiples of the batch");
    if (Arrays.stream(numbers).anyMatch(size -> size < 0)) {
      throw new BadInputException(
          "expected sizes of at least 0, found " + Arrays.toString(numbers));
    }
    return Shape.of(numbers);
  }

  private static PerSample cast(OnnxNode node, PerSample value) {
    if (node.type().equals("Identity")) {
      return value;
    }
    int type =
        node.attributes()
            .integer("to")
            .orElseThrow(() -> new BadInputException("expected to, found none"));
    require(
        value.first().isWhole() == Known.isWhole(type) && OnnxTensors.isKnown(type),
        "a Cast of a value for each sample to ONNX data type " + type);
    return new PerSample(value.first().as(type), value.axis(), value.counting());
  }

  /** As many elements must stand before the samples as before, so that each stays one part. */
  private static PerSample reshaped(OnnxNode node, PerSample value) {
    Shape target = ReshapeReader.target(node);
    int axis =
        IntStream.range(0, target.rank())
            .filter(i -> target.dimension(i) == Shape.UNKNOWN)
            .findFirst()
            .orElseThrow(() -> new NotSupportedException("a Reshape of a batch to a fixed size"));
    require(
        target.product(0, axis) == value.shape().product(0, value.axis())
            && target.with(axis, 1).elements() == value.first().size(),
        "a Reshape that mixes samples");
    return value.reshaped(target.with(axis, 1), axis);
  }

  private static PerSample transposed(OnnxNode node, PerSample value) {
    List<Integer> permutation = MovementReader.transpose(node).permutation();
    return value.picked(
        KnownMovements.transposition(node, value.first().shape(), permutation),
        permutation.indexOf(value.axis()));
  }

  private static PerSample concatenated(OnnxNode node) {
    List<PerSample> parts =
        IntStream.range(0, node.inputs())
            .mapToObj(i -> node.perSample(i))
            .map(
                part ->
                    part.orElseThrow(
                        () -> new NotSupportedException("a Concat of a batch and a constant")))
            .toList();
    int axis = MovementReader.concat(node).axis();
    int samples = parts.get(0).axis();
    require(
        axis != samples && parts.stream().allMatch(part -> part.axis() == samples),
        "a Concat of samples along different axes");
    // What counts is concatenated as the numbers are.
    Known counting =
        KnownMovements.concatenated(
            node, axis, parts.stream().map(PerSampleReader::countingNumbers).toList());
    BitSet counts = new BitSet();
    IntStream.range(0, counting.size())
        .filter(i -> counting.numbers().get(i) != 0)
        .forEach(counts::set);
    return new PerSample(
        KnownMovements.concatenated(node, axis, parts.stream().map(PerSample::first).toList()),
        samples,
        counts);
  }

  private static Known countingNumbers(PerSample part) {
    long[] numbers = new long[part.first().size()];
    part.counting().stream().forEach(i -> numbers[i] = 1);
    return Known.integers(part.first().shape(), numbers);
  }

  private static PerSample sum(OnnxNode node) {
    node.requireInputs(2, 2);
    Known a = first(node, 0);
    Known b = first(node, 1);
    require(a.isWhole() && b.isWhole(), "an Add of numbers for each sample");
    Shape shape = node.reserved(KnownShapes.broadcast(a.shape(), b.shape()));
    int axis = axisFromEnd(node, 0).or(() -> axisFromEnd(node, 1)).orElseThrow();
    require(
        axisFromEnd(node, 0).orElse(axis) == axis
            && axisFromEnd(node, 1).orElse(axis) == axis
            && shape.dimension(axis) == 1,
        "an Add of samples along different axes");
    Picking left = Picking.broadcast(a.shape(), shape);
    Picking right = Picking.broadcast(b.shape(), shape);
    BitSet counting = left.of(counting(node, 0));
    BitSet others = right.of(counting(node, 1));
    require(!counting.intersects(others), "an Add of two numbers of a sample");
    counting.or(others);
    long[] numbers = new long[Math.toIntExact(shape.elements())];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] =
          Math.addExact(a.numbers().integer(left.from()[i]), b.numbers().integer(right.from()[i]));
    }
    return new PerSample(
        Known.of(a.type(), Tensor.of(shape, numbers)), shape.rank() + axis, counting);
  }

  private static Known first(OnnxNode node, int input) {
    Known known =
        node.perSample(input)
            .map(PerSample::first)
            .orElseGet(() -> node.known(input).orElseThrow());
    require(!known.isOfBatch(), "an Add of samples and of their number");
    return known;
  }

  private static Optional<Integer> axisFromEnd(OnnxNode node, int input) {
    return node.perSample(input).map(value -> value.axis() - value.first().shape().rank());
  }

  private static BitSet counting(OnnxNode node, int input) {
    return node.perSample(input).map(PerSample::counting).orElseGet(BitSet::new);
  }
}
