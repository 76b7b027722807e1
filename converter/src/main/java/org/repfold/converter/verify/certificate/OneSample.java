package org.repfold.converter.verify.certificate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;

/**
 * A fold for any number of samples, reduced to the least number that it works on. That proves as
 * much, provided that every operator keeps samples apart and treats them alike, which is checked:
 * sample {@code n} of each value then is one function of sample {@code n} of each input. A value's
 * samples lie along its axis of unknown size; the elements before that axis must be as many after a
 * reshape as before it.
 */
final class OneSample {
  private OneSample() {}

  /** The shape of a graph's input on one sample. */
  static Shape of(Shape input) {
    int axis = unknownAxis(input);
    return axis < 0 ? input : input.with(axis, 1);
  }

  /**
   * The shapes of all values on one sample; empty where the graph does not fit one.
   *
   * @param inputs the shapes of at least the inputs
   */
  static Optional<Map<String, Shape>> shapes(Graph graph, Map<String, Shape> inputs) {
    if (!graph.inputs().stream().allMatch(input -> inputs.containsKey(input.name()))) {
      return Optional.empty();
    }
    List<Input> known =
        graph.inputs().stream().map(i -> new Input(i.name(), inputs.get(i.name()))).toList();
    try {
      return Optional.of(Graph.of(known, graph.nodes(), graph.outputs()).shapes());
    } catch (BadInputException e) {
      return Optional.empty();
    }
  }

  /**
   * The fold with all shapes known.
   *
   * @param shapes on one sample, of at least the inputs
   * @throws NotProvable if an operator mixes samples
   */
  static CutFold of(CutFold fold, Map<String, Shape> shapes) throws NotProvable {
    Map<String, Long> sizes = new HashMap<>();
    for (Input input : fold.before().inputs()) {
      int axis = unknownAxis(input.shape());
      if (axis >= 0) {
        if (!shapes.containsKey(input.name())) {
          throw new NotProvable("the size of '" + input.name() + "' for one sample is not known");
        }
        sizes.put(input.name(), shapes.get(input.name()).dimension(axis));
      }
    }
    requireKept(fold.before());
    requireKept(fold.after());
    for (CutFold.Pair pair : fold.outputs()) {
      if (outer(fold.before().shape(pair.before())) != outer(fold.after().shape(pair.after()))) {
        throw new NotProvable("the samples of '" + pair.before() + "' lie along another axis");
      }
    }
    long common = sizes.values().stream().reduce(0L, OneSample::greatestCommonDivisor);
    for (long parts = 1; parts < common; parts++) {
      if (common % parts == 0) {
        CutFold smaller = scaled(fold, sizes, common, parts);
        if (smaller != null) {
          return smaller;
        }
      }
    }
    CutFold whole = scaled(fold, sizes, 1, 1);
    if (whole == null) {
      throw new NotProvable("its shapes do not fit one sample");
    }
    return whole;
  }

  private static long greatestCommonDivisor(long a, long b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  /** The fold on a part of a sample; null if that does not fit. */
  private static CutFold scaled(CutFold fold, Map<String, Long> sizes, long common, long parts) {
    Map<String, Long> scaled = new HashMap<>();
    sizes.forEach((name, size) -> scaled.put(name, size / common * parts));
    try {
      CutFold known =
          new CutFold(known(fold.before(), scaled), known(fold.after(), scaled), fold.outputs());
      boolean fits =
          common == 1
              || isScaled(fold.before(), known.before(), sizes, common, parts)
                  && isScaled(fold.after(), known.after(), sizes, common, parts);
      return fits ? known : null;
    } catch (BadInputException e) {
      return null;
    }
  }

  private static Graph known(Graph graph, Map<String, Long> sizes) {
    List<Input> inputs = new ArrayList<>();
    for (Input input : graph.inputs()) {
      int axis = unknownAxis(input.shape());
      inputs.add(
          axis < 0
              ? input
              : new Input(input.name(), input.shape().with(axis, sizes.get(input.name()))));
    }
    return Graph.of(inputs, graph.nodes(), graph.outputs());
  }

  /** Whether every value holds the same part of a sample: nothing was broadcast that is not. */
  private static boolean isScaled(
      Graph unknown, Graph known, Map<String, Long> sizes, long common, long parts) {
    Map<String, Shape> whole = known(unknown, sizes).shapes();
    return unknown.shapes().entrySet().stream()
        .filter(value -> unknownAxis(value.getValue()) >= 0)
        .allMatch(
            value -> {
              int axis = unknownAxis(value.getValue());
              long full = whole.get(value.getKey()).dimension(axis);
              return known.shape(value.getKey()).dimension(axis) * common == full * parts;
            });
  }

  private static void requireKept(Graph graph) throws NotProvable {
    for (Node node : graph.nodes()) {
      for (String input : node.inputs()) {
        if (unknownAxis(graph.shape(input)) >= 0
            && !isKept(node.operator(), graph.shape(input), graph.shape(node.name()))) {
          throw new NotProvable("'" + node.name() + "' mixes samples");
        }
      }
    }
  }

  private static boolean isKept(Operator operator, Shape input, Shape result) {
    int axis = unknownAxis(input);
    if (unknownAxis(result) < 0) {
      return false;
    } else if (Steps.isSame(operator)) {
      return outer(input) == outer(result);
    } else if (operator instanceof Pooling.ReduceMean mean) {
      return !mean.axes().contains(axis);
    }
    return axis == 0
        || operator instanceof Operator.Elementwise
        || operator instanceof Operator.MatMul
        || operator instanceof Operator.BatchNormalization
        || operator instanceof org.repfold.graph.Unary
        || operator instanceof Movement && !(operator instanceof Movement.Resize);
  }

  private static int unknownAxis(Shape shape) {
    for (int axis = 0; axis < shape.rank(); axis++) {
      if (shape.dimension(axis) == Shape.UNKNOWN) {
        return axis;
      }
    }
    return -1;
  }

  /** How many elements differ in the axes before that of the samples. */
  private static long outer(Shape shape) {
    return shape.product(0, Math.max(0, unknownAxis(shape)));
  }
}
