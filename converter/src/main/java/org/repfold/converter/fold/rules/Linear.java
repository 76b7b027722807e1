package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

/**
 * A Conv or Gemm seen as the same thing: a weight {@code [O, I / group, taps]}, of one tap for a
 * Gemm, and a bias {@code [O]}, zeros when absent.
 */
record Linear(Operator operator, Tensor weight, Optional<Tensor> bias, int group) {

  static Optional<Linear> of(Node node) {
    return of(node.operator());
  }

  static Optional<Linear> of(Operator operator) {
    if (operator instanceof Operator.Conv conv) {
      return Optional.of(new Linear(conv, conv.weight(), conv.bias(), conv.group()));
    } else if (operator instanceof Operator.Gemm gemm) {
      return Optional.of(new Linear(gemm, gemm.weight(), gemm.bias(), 1));
    }
    return Optional.empty();
  }

  /** Whether a node is a dense layer: a Gemm, or a 1x1 convolution on maps of 1 x 1. */
  static boolean isDense(GraphView graph, Node layer) {
    if (layer.operator() instanceof Operator.Conv conv) {
      return conv.isPointwise() && graph.shape(layer.name()).product(2, 4) == 1;
    }
    return layer.operator() instanceof Operator.Gemm;
  }

  int outputs() {
    return Math.toIntExact(weight.shape().dimension(0));
  }

  /** Inputs of one group. */
  int groupInputs() {
    return Math.toIntExact(weight.shape().dimension(1));
  }

  /** Outputs of one group. */
  int groupOutputs() {
    return outputs() / group;
  }

  /** Kernel positions. */
  int taps() {
    return weight.size() / (outputs() * groupInputs());
  }

  double[] biasOrZeros() {
    return bias.map(Tensor::toDoubles).orElseGet(() -> new double[outputs()]);
  }

  /** The operator with other numbers, of the same shapes. */
  Operator with(double[] newWeight, double[] newBias) {
    return with(newWeight, Optional.of(Tensor.vector(newBias)));
  }

  /** As the other, with or without a bias. */
  Operator with(double[] newWeight, Optional<Tensor> newBias) {
    Tensor weights = Tensor.of(weight.shape(), newWeight);
    return operator instanceof Operator.Conv conv
        ? new Operator.Conv(weights, newBias, conv.window(), conv.group())
        : new Operator.Gemm(weights, newBias);
  }
}
