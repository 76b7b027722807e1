package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * A value seen as an earlier one, its {@code origin}, scaled and shifted channel by channel:
 * BatchNormalizations, and multiplications by and additions of one constant per channel.
 *
 * @param nodes those between that nothing else takes, the earliest first; the scale and shift of
 *     the others is in {@code affine} all the same
 * @param exclusive whether nothing but this path takes the origin
 */
record AffinePath(String origin, List<Node> nodes, Affine affine, boolean exclusive) {

  /** The paths that end at a value, the shortest, which has no nodes, first. */
  static List<AffinePath> endingAt(GraphView graph, String value) {
    Shape shape = graph.shape(value);
    if (shape.rank() < 2 || shape.dimension(1) == Shape.UNKNOWN) {
      return List.of();
    }
    double[] ones = new double[Math.toIntExact(shape.dimension(1))];
    Arrays.fill(ones, 1);
    List<AffinePath> paths = new ArrayList<>();
    Affine nothing = new Affine(ones, new double[ones.length]);
    Optional<AffinePath> next =
        Optional.of(new AffinePath(value, List.of(), nothing, graph.hasSingleUse(value)));
    while (next.isPresent()) {
      paths.add(next.get());
      next = next.get().extended(graph);
    }
    return paths;
  }

  private Optional<AffinePath> extended(GraphView graph) {
    Optional<Node> node = graph.find(origin);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    if (node.get().operator() instanceof Operator.BatchNormalization norm) {
      return Optional.of(behind(graph, node.get(), node.get().input(), Affine.of(norm)));
    }
    return constantOperand(graph, node.get())
        .map(
            operand ->
                behind(
                    graph,
                    node.get(),
                    node.get().inputs().get(1 - operand),
                    affine(graph, node.get(), operand)));
  }

  /** This path with one more node before it. */
  private AffinePath behind(GraphView graph, Node node, String newOrigin, Affine first) {
    List<Node> more = new ArrayList<>(nodes);
    if (exclusive) {
      more.add(0, node);
    }
    return new AffinePath(
        newOrigin, more, after(first), exclusive && graph.hasSingleUse(newOrigin));
  }

  /** This path's affine behind another. */
  private Affine after(Affine first) {
    double[] scale = first.scale().clone();
    double[] shift = first.shift().clone();
    for (int c = 0; c < scale.length; c++) {
      scale[c] *= affine.scale()[c];
      shift[c] = affine.scale()[c] * shift[c] + affine.shift()[c];
    }
    return new Affine(scale, shift);
  }

  /** Which operand of an addition or multiplication is a constant that differs by channel alone. */
  private static Optional<Integer> constantOperand(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.Add || node.operator() instanceof Operator.Mul)) {
      return Optional.empty();
    }
    Shape shape = graph.shape(node.name());
    for (int operand = 0; operand < 2; operand++) {
      String other = node.inputs().get(1 - operand);
      Optional<Tensor> constant = graph.constant(node.inputs().get(operand));
      if (constant.isPresent()
          && graph.shape(other).equals(shape)
          && isPerChannel(constant.get().shape(), shape.rank())) {
        return Optional.of(operand);
      }
    }
    return Optional.empty();
  }

  private static boolean isPerChannel(Shape constant, int rank) {
    for (int axis = 0; axis < constant.rank(); axis++) {
      if (axis + rank - constant.rank() != 1 && constant.dimension(axis) != 1) {
        return false;
      }
    }
    return true;
  }

  private static Affine affine(GraphView graph, Node node, int operand) {
    Tensor constant = graph.constant(node.inputs().get(operand)).orElseThrow();
    double[] numbers = new double[Math.toIntExact(graph.shape(node.name()).dimension(1))];
    Arrays.setAll(numbers, c -> constant.get(constant.size() == 1 ? 0 : c));
    double[] others = new double[numbers.length];
    if (node.operator() instanceof Operator.Mul) {
      return new Affine(numbers, others);
    }
    Arrays.fill(others, 1);
    return new Affine(others, numbers);
  }
}
