package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.Arrays;
import java.util.List;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Reads operators that replace elements of a computed value by known numbers, as a multiplication
 * by 0 there and 1 elsewhere, and an addition of the numbers there and 0 elsewhere. For finite
 * values this is the same.
 */
final class MaskReader {
  private MaskReader() {}

  /** Known numbers at known places: how PyTorch exports an assignment to a part of a tensor. */
  static List<Step> scatter(OnnxNode node) {
    Known updates = KnownMovements.updates(node);
    Shape shape = node.shape();
    require(shape.isKnown(), "a ScatterND of a value whose size depends on the batch");
    require(!updates.isWhole(), "a ScatterND of whole numbers");
    int[] targets = KnownMovements.scatterTargets(node, shape);
    double[] kept = new double[Math.toIntExact(node.reserved(shape).elements())];
    double[] numbers = new double[Math.toIntExact(node.reserved(shape).elements())];
    Arrays.fill(kept, 1);
    for (int i = 0; i < targets.length; i++) {
      kept[targets[i]] = 0;
      numbers[targets[i]] = updates.numbers().get(i);
    }
    return masked(
        0, ofEachSample(shape, kept), ofEachSample(shape, numbers), updates.numbers().type());
  }

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

  private static List<Step> masked(int input, Tensor kept, Tensor numbers, ElementType type) {
    if (numbers.firstNonFinite() >= 0) {
      throw new BadInputException("expected finite numbers, found others");
    }
    return List.of(
        new Step(
            new Operator.Mul(), List.of(new Step.Input(input), new Step.Number(kept.to(type)))),
        new Step(
            new Operator.Add(), List.of(new Step.Before(), new Step.Number(numbers.to(type)))));
  }

  /** Numbers that are the same for all samples, once, so that they are so for any batch. */
  private static Tensor ofEachSample(Shape shape, double[] numbers) {
    if (shape.rank() > 0 && shape.dimension(0) > 1) {
      int sample = numbers.length / Math.toIntExact(shape.dimension(0));
      boolean alike = true;
      for (int i = sample; alike && i < numbers.length; i++) {
        alike = numbers[i] == numbers[i - sample];
      }
      if (alike) {
        return Tensor.of(shape.with(0, 1), Arrays.copyOf(numbers, sample));
      }
    }
    return Tensor.of(shape, numbers);
  }
}
