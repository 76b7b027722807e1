package org.repfold.converter.verify.certificate;

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
import org.repfold.graph.ShapeInference;
import org.repfold.graph.Unary;

/**
 * A fold for any number of samples, reduced to few: to the least part of a sample that it works on.
 * That proves as much, provided that every operator keeps samples apart and treats them alike,
 * which is checked: sample {@code n} of each value then is one function of sample {@code n} of each
 * input. A value's samples lie along its axis of unknown size; the elements before that axis must
 * be as many after a reshape as before it.
 */
final class Samples {
  /** How many samples are tried, for networks that take several at once. */
  private static final int MOST = 16;

  private Samples() {}

  /**
   * The shapes of a network's values on the least number of samples that it works on; those that
   * can be known.
   */
  static Map<String, Shape> fewest(Graph source) {
    for (long samples = 1; samples <= MOST; samples++) {
      Map<String, Shape> shapes = infer(source, inputs(source, samples));
      if (shapes.keySet().containsAll(source.shapes().keySet())) {
        return shapes;
      }
    }
    return infer(source, inputs(source, 1));
  }

  private static Map<String, Shape> inputs(Graph source, long samples) {
    Map<String, Shape> shapes = new HashMap<>();
    source.inputs().forEach(input -> shapes.put(input.name(), known(input.shape(), samples)));
    return shapes;
  }

  private static Shape known(Shape shape, long samples) {
    int axis = unknownAxis(shape);
    return axis < 0 ? shape : shape.with(axis, samples);
  }

  /** The shapes of a graph's values, as far as they follow from those given for its inputs. */
  static Map<String, Shape> infer(Graph graph, Map<String, Shape> given) {
    Map<String, Shape> shapes = new HashMap<>();
    for (Input input : graph.inputs()) {
      if (given.containsKey(input.name())) {
        shapes.put(input.name(), given.get(input.name()));
      }
    }
    for (Node node : graph.nodes()) {
      if (shapes.keySet().containsAll(node.inputs())) {
        infer(graph, node, shapes).ifPresent(shape -> shapes.put(node.name(), shape));
      }
    }
    return shapes;
  }

  /** An operator that is not known is taken to have as many samples as it takes. */
  private static Optional<Shape> infer(Graph graph, Node node, Map<String, Shape> shapes) {
    if (node.operator() instanceof Operator.Opaque opaque) {
      long samples =
          node.inputs().stream()
              .filter(input -> unknownAxis(graph.shape(input)) >= 0)
              .map(input -> shapes.get(input).dimension(unknownAxis(graph.shape(input))))
              .findFirst()
              .orElse(1L);
      return Optional.of(known(opaque.result(), samples));
    }
    try {
      return Optional.of(ShapeInference.shapeOf(node, shapes));
    } catch (BadInputException e) {
      return Optional.empty();
    }
  }

  /**
   * The fold with all shapes known.
   *
   * @param shapes on a number of samples; an input that has none is taken to have one sample
   * @throws NotProvable if an operator mixes samples, or no number that is tried fits
   */
  static CutFold fix(CutFold fold, Map<String, Shape> shapes) throws NotProvable {
    requireKept(fold.before());
    requireKept(fold.after());
    for (CutFold.Pair pair : fold.outputs()) {
      if (outer(fold.before().shape(pair.before())) != outer(fold.after().shape(pair.after()))) {
        throw new NotProvable("the samples of '" + pair.before() + "' lie along another axis");
      }
    }
    Map<String, Long> sizes = new HashMap<>();
    for (Input input : fold.before().inputs()) {
      int axis = unknownAxis(input.shape());
      if (axis >= 0) {
        Shape shape = shapes.get(input.name());
        sizes.put(input.name(), shape == null ? 1 : shape.dimension(axis));
      }
    }
    long common = Math.max(1, sizes.values().stream().reduce(0L, Samples::greatestCommonDivisor));
    for (long parts = 1; parts <= common; parts++) {
      if (common % parts == 0) {
        long share = parts;
        Map<String, Long> scaled = new HashMap<>();
        sizes.forEach((name, size) -> scaled.put(name, size / common * share));
        Optional<CutFold> fixed = fixed(fold, scaled);
        if (fixed.isPresent()) {
          return fixed.get();
        }
      }
    }
    throw new NotProvable("its shapes fit no number of samples that was tried");
  }

  private static long greatestCommonDivisor(long a, long b) {
    return b == 0 ? a : greatestCommonDivisor(b, a % b);
  }

  /** The fold with axes of the given sizes; empty if they do not fit. */
  private static Optional<CutFold> fixed(CutFold fold, Map<String, Long> sizes) {
    try {
      Graph before = fixed(fold.before(), sizes);
      Graph after = fixed(fold.after(), sizes);
      boolean fits =
          repeatsNone(fold.before(), before)
              && repeatsNone(fold.after(), after)
              && fold.outputs().stream()
                  .allMatch(
                      pair ->
                          before.shape(pair.before()).elements()
                              == after.shape(pair.after()).elements());
      return fits ? Optional.of(new CutFold(before, after, fold.outputs())) : Optional.empty();
    } catch (BadInputException e) {
      return Optional.empty();
    }
  }

  private static Graph fixed(Graph graph, Map<String, Long> sizes) {
    List<Input> inputs =
        graph.inputs().stream()
            .map(i -> new Input(i.name(), known(i.shape(), sizes.getOrDefault(i.name(), 1L))))
            .toList();
    return Graph.of(inputs, graph.nodes(), graph.outputs());
  }

  /** Whether operands that have samples have equally many, rather than one that is repeated. */
  private static boolean repeatsNone(Graph unknown, Graph known) {
    return known.nodes().stream()
        .filter(node -> node.operator() instanceof Operator.Elementwise)
        .allMatch(
            node ->
                node.inputs().stream()
                        .filter(input -> unknownAxis(unknown.shape(input)) >= 0)
                        .map(
                            input ->
                                known.shape(input).dimension(unknownAxis(unknown.shape(input))))
                        .distinct()
                        .count()
                    <= 1);
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
        || operator instanceof Unary
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
