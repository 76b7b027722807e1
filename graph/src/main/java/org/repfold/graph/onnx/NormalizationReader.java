package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.Arrays;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Reads operators that bring values to a common scale. */
final class NormalizationReader {
  /** From this opset on, Softmax works on one axis instead of on all from an axis on. */
  private static final int SOFTMAX_OF_ONE_AXIS = 13;

  /** ONNX has LayerNormalization from this opset on. */
  private static final int LAYER_NORMALIZATION = 17;

  private static final double EPSILON = 1e-5;

  private NormalizationReader() {}

  static Operator batch(OnnxNode node) {
    node.requireInputs(5, 5);
    require(
        node.attributes().integer("training_mode", 0) == 0,
        "a BatchNormalization in training mode");
    return new Operator.BatchNormalization(
        node.parameter(1), node.parameter(2), node.parameter(3), node.parameter(4), epsilon(node));
  }

  static Operator layer(OnnxNode node) {
    node.requireInputs(2, 3);
    if (node.opset() < LAYER_NORMALIZATION) {
      throw new BadInputException(
          "expected opset " + LAYER_NORMALIZATION + " or later, found " + node.opset());
    }
    int axis = node.axis(node.attributes().integer("axis", -1));
    Shape input = node.shape();
    Shape last = Shape.of(Arrays.copyOfRange(input.toArray(), axis, input.rank()));
    Tensor scale = node.parameter(1);
    Optional<Tensor> shift = node.optionalParameter(2);
    require(
        scale.shape().equals(last) && shift.map(b -> b.shape().equals(last)).orElse(true),
        "a LayerNormalization over " + last + " with scale or shift of another shape");
    return new Operator.LayerNormalization(scale, shift, epsilon(node));
  }

  static Operator softmax(OnnxNode node) {
    node.requireInputs(1, 1);
    boolean oneAxis = node.opset() >= SOFTMAX_OF_ONE_AXIS;
    int axis = node.attributes().integer("axis", oneAxis ? -1 : 1);
    int fromStart = node.axis(axis);
    require(oneAxis || fromStart == node.rank() - 1, "a Softmax over several axes");
    return new Operator.Softmax(axis);
  }

  private static double epsilon(OnnxNode node) {
    double epsilon = node.attributes().real("epsilon", EPSILON);
    if (epsilon < 0) {
      throw new BadInputException("expected an epsilon of at least 0, found " + epsilon);
    }
    return epsilon;
  }
}
