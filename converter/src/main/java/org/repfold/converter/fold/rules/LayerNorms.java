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
    double[] ones = new double[norm.scale().size()];
    Arrays.fill(ones, 1);
    return node.withOperator(
        new Operator.LayerNormalization(
            Tensor.of(norm.scale().shape(), ones), Optional.empty(), norm.epsilon()));
  }

  /** The LayerNormalization with its gain and without shift. */
  static Node withoutShift(Node node) {
    Operator.LayerNormalization norm = (Operator.LayerNormalization) node.operator();
    return node.withOperator(
        new Operator.LayerNormalization(norm.scale(), Optional.empty(), norm.epsilon()));
  }
}
