package org.repfold.converter.io.dl4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.repfold.converter.io.dl4j.layers.Rearrange;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * Chooses vertices for operators that move elements: one for a chain of reshapes and transposes,
 * DL4J's own where it has one, the general vertex for the rest.
 */
final class MovementVertices {
  private final VertexPlan plan;
  private final Predicate<Node> startsAnother;

  /**
   * A chooser.
   *
   * @param startsAnother whether another vertex is to start at a reshape
   */
  MovementVertices(VertexPlan plan, Predicate<Node> startsAnother) {
    this.plan = plan;
    this.startsAnother = startsAnother;
  }

  void plan(Node node) {
    Operator operator = node.operator();
    if (isRearrangement(operator)) {
      rearrange(node);
    } else if (operator instanceof Movement.Concat concat && isMerge(node, concat)) {
      plan.add(node.name(), new MergeVertex(), node.inputs());
    } else if (operator instanceof Movement.Pad pad && isZeroPadding(pad)) {
      plan.add(node.name(), zeroPadding(pad), node.input());
    } else if (operator instanceof Movement.Resize resize) {
      int[] scales = {resize.scaleHeight(), resize.scaleWidth()};
      plan.add(node.name(), new Upsampling2D.Builder().size(scales).build(), node.input());
    } else {
      plan.addOperator(node);
    }
  }

  private static boolean isRearrangement(Operator operator) {
    return operator instanceof Movement.Reshape
        || operator instanceof Movement.Transpose
        || operator instanceof Movement.Flatten;
  }

  private void rearrange(Node first) {
    List<Rearrange.Step> steps = new ArrayList<>();
    Node last = first;
    Optional<Node> next = Optional.of(first);
    while (next.isPresent()) {
      last = next.get();
      plan.cover(last);
      steps.add(step(last));
      next =
          plan.next(last.name())
              .filter(node -> isRearrangement(node.operator()))
              .filter(startsAnother.negate());
    }
    plan.add(last.name(), new Rearrange(steps), List.of(first.input()));
  }

  private Rearrange.Step step(Node node) {
    if (node.operator() instanceof Movement.Transpose transpose) {
      return Rearrange.transpose(
          transpose.permutation().stream().mapToLong(Integer::longValue).toArray());
    } else if (node.operator() instanceof Movement.Reshape reshape) {
      return Rearrange.reshape(reshape.shape().stream().mapToLong(Long::longValue).toArray());
    }
    return Rearrange.reshape(plan.shape(node.name()).toArray());
  }

  /** Whether DL4J merges so: along axis 1, values that vary, of at most four axes. */
  private boolean isMerge(Node node, Movement.Concat concat) {
    return concat.axis() == 1
        && concat.arity() > 1
        && plan.shape(node.name()).rank() <= 4
        && node.inputs().stream().allMatch(input -> plan.graph().constant(input).isEmpty());
  }

  private static boolean isZeroPadding(Movement.Pad pad) {
    return pad.value() == 0
        && pad.before().size() == 4
        && pad.before().subList(0, 2).equals(List.of(0L, 0L))
        && pad.after().subList(0, 2).equals(List.of(0L, 0L));
  }

  private static ZeroPaddingLayer zeroPadding(Movement.Pad pad) {
    return new ZeroPaddingLayer.Builder(
            Math.toIntExact(pad.before().get(2)),
            Math.toIntExact(pad.after().get(2)),
            Math.toIntExact(pad.before().get(3)),
            Math.toIntExact(pad.after().get(3)))
        .build();
  }
}
