package org.repfold.converter.verify;

import java.util.ArrayList;
import java.util.List;
import org.repfold.converter.fold.Folding;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * The comparison of one value of the deploy form with the value of the train form that it stands
 * for.
 */
final class ValuePair {
  final String node;
  final String sourceNode;
  private final double ordinaryBound;
  final boolean output;
  private final NormError train = new NormError();
  private final NormError deploy = new NormError();
  private double worst = -1;
  private double bound;
  private Worst where;

  private record Worst(String probe, List<Long> index, double expected, double found) {}

  private ValuePair(String node, String sourceNode, double bound, boolean output) {
    this.node = node;
    this.sourceNode = sourceNode;
    this.ordinaryBound = bound;
    this.bound = bound;
    this.output = output;
  }

  /**
   * All pairs of a folding, in the order in which the deploy form computes them; constants left
   * out.
   */
  static List<ValuePair> of(Folding folding) {
    Graph folded = folding.folded();
    var lengths = ReductionLength.upTo(folding.source());
    List<ValuePair> pairs = new ArrayList<>();
    for (Node node : folded.nodes()) {
      int output = folded.outputs().indexOf(node.name());
      String sourceNode =
          output >= 0
              ? folding.source().outputs().get(output)
              : folding.equivalents().get(node.name());
      if (sourceNode != null && !(node.operator() instanceof Operator.Constant)) {
        double bound = AlgebraBound.of(lengths.getOrDefault(sourceNode, 1L));
        pairs.add(new ValuePair(node.name(), sourceNode, bound, output >= 0));
      }
    }
    return pairs;
  }

  /** The largest difference of both forms' float64 values on one input. */
  Difference difference(double[] truth, double[] found) {
    double scale = largest(truth);
    Difference result = new Difference(-1, 0, 0, 0);
    for (int i = 0; i < truth.length; i++) {
      double difference = Math.abs(found[i] - truth[i]);
      double error = difference == 0 ? 0 : difference / scale;
      if (!Double.isFinite(error)) {
        error = Double.POSITIVE_INFINITY;
      }
      if (error > result.error) {
        result = new Difference(error, i, truth[i], found[i]);
      }
    }
    return result;
  }

  /**
   * A difference at one element.
   *
   * @param error relative to the value's largest magnitude; infinite where something is not finite
   */
  record Difference(double error, int index, double expected, double found) {}

  /** Whether a difference is more than any well-conditioned value has. */
  boolean isSuspicious(Difference difference) {
    return difference.error > ordinaryBound;
  }

  /**
   * Takes a difference into account.
   *
   * @param conditionBound what the value's conditioning on that input allows
   */
  void record(String probe, long[] shape, Difference difference, double conditionBound) {
    double allowed = Math.max(ordinaryBound, conditionBound);
    if (where == null || difference.error / allowed > worst / bound) {
      worst = difference.error;
      bound = allowed;
      where =
          new Worst(probe, index(difference.index, shape), difference.expected, difference.found);
    }
  }

  static double largest(double[] values) {
    double largest = 0;
    for (double value : values) {
      largest = Double.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
    }
    return largest;
  }

  void compareTrain(double[] truth, double[] found) {
    train.add(truth, found);
  }

  void compareDeploy(double[] truth, double[] found) {
    deploy.add(truth, found);
  }

  boolean passed() {
    return worst >= 0 && worst <= bound;
  }

  /**
   * The difference that is largest against its bound. Infinite if a value was not finite, negative
   * if nothing was compared.
   */
  double worst() {
    return worst;
  }

  ValueCheck check() {
    return new ValueCheck(
        node,
        sourceNode,
        passed(),
        finite(worst),
        bound,
        finite(train.relativeL2()),
        finite(deploy.relativeL2()),
        finite(train.maxAbsolute()),
        finite(deploy.maxAbsolute()));
  }

  FirstFailure failure(String fold, List<String> consumed) {
    return new FirstFailure(
        node,
        sourceNode,
        fold,
        consumed,
        where == null ? null : where.probe(),
        where == null ? List.of() : where.index(),
        where == null ? null : Double.toString(where.expected()),
        where == null ? null : Double.toString(where.found()),
        finite(worst),
        bound);
  }

  static Double finite(double value) {
    return Double.isFinite(value) && value >= 0 ? Double.valueOf(value) : null;
  }

  private static List<Long> index(long flat, long[] shape) {
    List<Long> index = new ArrayList<>();
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      index.add(0, flat % shape[axis]);
      flat /= shape[axis];
    }
    return index;
  }
}
