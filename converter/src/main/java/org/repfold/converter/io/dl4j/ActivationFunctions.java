package org.repfold.converter.io.dl4j;

import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.activations.impl.ActivationHardTanH;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU6;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.repfold.converter.io.dl4j.layers.GeluErf;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Unary;

/**
 * The activation functions of DL4J that compute an operator. Two of DL4J's are none: its hard
 * sigmoid counts with a float32 0.2 in float64 too, and its softplus overflows.
 */
final class ActivationFunctions {
  private ActivationFunctions() {}

  /** DL4J's function for an operator; empty where it has none, or none for the input's rank. */
  static Optional<IActivation> of(Operator operator, Shape input) {
    if (operator instanceof Unary.Relu) {
      return Optional.of(new ActivationReLU());
    } else if (operator instanceof Unary.LeakyRelu leaky) {
      return Optional.of(new ActivationLReLU(leaky.alpha()));
    } else if (operator instanceof Unary.ThresholdedRelu relu) {
      return Optional.of(new ActivationThresholdedReLU(relu.alpha()));
    } else if (operator instanceof Unary.Elu elu) {
      return Optional.of(new ActivationELU(elu.alpha()));
    } else if (operator.equals(new Unary.Clip(0, 6))) {
      return Optional.of(new ActivationReLU6());
    } else if (operator.equals(new Unary.Clip(-1, 1))) {
      return Optional.of(new ActivationHardTanH());
    } else if (operator instanceof Unary.Sigmoid) {
      return Optional.of(new ActivationSigmoid());
    } else if (operator instanceof Unary.Tanh) {
      return Optional.of(new ActivationTanH());
    } else if (operator instanceof Unary.Softsign) {
      return Optional.of(new ActivationSoftSign());
    } else if (operator instanceof Unary.Gelu) {
      return Optional.of(new GeluErf());
    } else if (operator instanceof Operator.Identity) {
      return Optional.of(new ActivationIdentity());
    } else if (operator instanceof Operator.Softmax softmax
        && input.rank() == 2
        && (softmax.axis() == 1 || softmax.axis() == -1)) {
      return Optional.of(new ActivationSoftmax());
    }
    return Optional.empty();
  }
}
