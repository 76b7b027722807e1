package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.List;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Reads what replaces elements of a computed value by known numbers, as a multiplication by 0 there
 * and 1 elsewhere, and an addition of the numbers there and 0 elsewhere. For finite values this is
 * the same.
 */
final class MaskReader {
  private MaskReader() {}

  /** A computed value where a known condition holds, known numbers where it does not, or so. */
  static List<Step> where(OnnxNode node) {
    node.requireInputs(3, 3);
    Tensor condition = node.parameter(0);
    int computed = node.known(1).isEmpty() ? 1 : 2;
    Tensor numbers =
        node.known(3 - computed)
            .map(Known::numbers)
            .orElseThrow(() -> new NotSupportedException("a Where of two computed values"));
    require(node.known(computed).isEmpty(), "a Where of known values alone");
    require(numbers.type() != ElementType.INT64, "a Where of whole numbers");
    Shape shape = node.reserved(KnownShapes.broadcast(condition.shape(), numbers.shape()));
    Tensor holds = Picking.broadcast(condition.shape(), shape).of(condition);
    double[] kept = new double[holds.size()];
    double[] others = Picking.broadcast(numbers.shape(), shape).of(numbers).toDoubles();
    for (int i = 0; i < kept.length; i++) {
      kept[i] = holds.get(i) != 0 == (computed == 1) ? 1 : 0;
      others[i] = kept[i] == 1 ? 0 : others[i];
    }
    return masked(computed, Tensor.of(shape, kept), Tensor.of(shape, others), numbers.type());
  }

  /**
   * The steps.
   *
   * @param input the number of the node's input of which elements are replaced
   * @param kept 1 where the element stays, 0 elsewhere
   * @param numbers 0 where the element stays
   */
  static List<Step> masked(int input, Tensor kept, Tensor numbers, ElementType type) {
    if (numbers.firstNonFinite() >= 0) {
      throw new BadInputException("expected finite numbers, found others");
    }
    return List.of(
        new Step(
            new Operator.Mul(), List.of(new Step.Input(input), new Step.Number(kept.to(type)))),
        new Step(
            new Operator.Add(), List.of(new Step.Before(), new Step.Number(numbers.to(type)))));
  }
}
