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
  /** From this opset on, what was an attribute is an input. */
  private static final int PAD_OF_INPUTS = 11;

  private MovementReader() {}

  static Operator flatten(OnnxNode node) {
    int axis = node.attributes().integer("axis", 1);
    return axis == 1 || axis == 1 - node.rank()
        ? new Movement.Flatten()
        : new Movement.Reshape(boxed(ReshapeReader.target(node)));
  }

  static Operator reshape(OnnxNode node) {
    return new Movement.Reshape(boxed(ReshapeReader.target(node)));
  }

  private static List<Long> boxed(Shape shape) {
    return Arrays.stream(shape.toArray()).boxed().toList();
  }

  static Movement.Transpose transpose(OnnxNode node) {
    int rank = node.rank();
    int[] permutation =
        node.attributes()
            .integers("perm")
            .orElseGet(() -> IntStream.range(0, rank).map(i -> rank - 1 - i).toArray());
    return new Movement.Transpose(Arrays.stream(permutation).boxed().toList());
  }

  static Movement.Concat concat(OnnxNode node) {
    node.requireInputs(1, Integer.MAX_VALUE);
    int axis =
        node.attributes()
            .integer("axis")
            .orElseThrow(() -> new BadInputException("expected an axis, found none"));
    return new Movement.Concat(node.axis(axis), node.inputs());
  }

  /** One operator for each axis that is cut. */
  static List<Operator> slice(OnnxNode node) {
    List<Operator> slices = new ArrayList<>();
    for (Cut cut : Cut.of(node)) {
      require(cut.step() == 1, "a Slice with steps other than 1");
      require(cut.count() > 0, "a Slice to no elements");
      slices.add(new Movement.Slice(cut.axis(), cut.start(), cut.start() + cut.count()));
    }
    return orIdentity(slices);
  }

  /** For each output the operators that make it up. */
  static List<List<Operator>> split(OnnxNode node) {
    List<List<Operator>> outputs = new ArrayList<>();
    for (Cut cut : Cut.split(node)) {
      require(cut.count() > 0, "a Split to no elements");
      boolean whole = cut.count() == node.shape().dimension(cut.axis());
      outputs.add(
          orIdentity(
              whole
                  ? List.of()
                  : List.of(
                      new Movement.Slice(cut.axis(), cut.start(), cut.start() + cut.count()))));
    }
    return outputs;
  }

  private static List<Operator> orIdentity(List<Operator> operators) {
    return operators.isEmpty() ? List.of(new Operator.Identity()) : operators;
  }

  /** Of neighbouring positions along an axis; of one alone the axis is left out. */
  static List<Operator> gather(OnnxNode node) {
    node.requireInputs(2, 2);
    int axis = node.axis(node.attributes().integer("axis", 0));
    Shape shape = node.shape();
    require(shape.dimension(axis) != Shape.UNKNOWN, "a Gather along the batch");
    int[] positions = KnownMovements.positions(node, node.parameter(1), shape.dimension(axis));
    require(
        positions.length > 0
            && node.parameter(1).shape().rank() <= 1
            && IntStream.range(0, positions.length).allMatch(i -> positions[i] == positions[0] + i),
        "a Gather of other than neighbouring positions");
    Operator slice = new Movement.Slice(axis, positions[0], (long) positions[0] + positions.length);
    if (node.parameter(1).shape().rank() == 1) {
      return List.of(slice);
    }
    List<Long> sizes = new ArrayList<>(boxed(shape));
    sizes.remove(axis);
    return List.of(slice, new Movement.Reshape(sizes));
  }

  static Operator pad(OnnxNode node) {
    boolean inputs = node.opset() >= PAD_OF_INPUTS;
    node.requireInputs(inputs ? 2 : 1, inputs ? 4 : 1);
    String mode = node.attributes().string("mode", "constant");
    require(mode.equals("constant"), "a Pad of mode " + mode);
    long[] pads = inputs ? node.integers(1) : node.attributes().requiredLongs("pads");
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
}
