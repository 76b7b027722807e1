package org.repfold.converter.fold.rules;

import java.util.Arrays;
import java.util.Optional;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

/** A LayerNormalization seen as one without gain and shift, and a scale and shift behind it. */
final class LayerNorms {
  private LayerNorms() {}

  /** The gain and shift of a LayerNormalization; empty if it has none, or is none. */
  static Optional<Affine> affine(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.LayerNormalization norm)) {
      return Optional.empty();
    }
    int rank = graph.shape(node.name()).rank();
    Affine affine =
        new Affine(
            Field.broadcast(norm.scale(), rank),
            norm.shift()
                .map(shift -> Field.broadcast(shift, rank))
                .orElseGet(() -> Field.all(0, rank)));
    return Optional.of(affine).filter(a -> !a.scalesNothing() || !a.shiftsNothing());
  }

  /** The LayerNormalization with gain 1 and without shift. */
  static Node plain(Node node) {
    Operator.LayerNormalization norm = (Operator.LayerNormalization) node.operator();
    return node.withOperator(
        new Operator.LayerNormalization(ones(norm), Optional.empty(), norm.epsilon()));
  }

  /**
   * The LayerNormalization with gain 1 whose value times its gain is the same: {@code g z + t = g
   * (z + t / g)}. No gain is 0.
   */
  static Node divided(Node node) {
    Operator.LayerNormalization norm = (Operator.LayerNormalization) node.operator();
    double[] shift = norm.shift().orElseThrow().toDoubles();
    for (int i = 0; i < shift.length; i++) {
      shift[i] /= norm.scale().get(i);
    }
    return node.withOperator(
        new Operator.LayerNormalization(
            ones(norm), Optional.of(Tensor.of(norm.scale().shape(), shift)), norm.epsilon()));
  }

  private static Tensor ones(Operator.LayerNormalization norm) {
    double[] ones = new double[norm.scale().size()];
    Arrays.fill(ones, 1);
    return Tensor.of(norm.scale().shape(), ones);
  }

  /** The LayerNormalization with its gain and without shift. */
  static Node withoutShift(Node node) {
    Operator.LayerNormalization norm = (Operator.LayerNormalization) node.operator();
    return node.withOperator(
        new Operator.LayerNormalization(norm.scale(), Optional.empty(), norm.epsilon()));
  }
}
