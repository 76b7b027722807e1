package org.repfold.converter.io.dl4j;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.repfold.graph.Operator;
import org.repfold.graph.Unary;

/** The operators that DL4J's activation functions stand for. */
final class Activations {
  private Activations() {}

  /**
   * Adds the activation after {@code value}; gives {@code value} itself for the identity.
   *
   * @throws UnsupportedVertexException naming vertex and class, if it is not supported
   */
  static String describe(VertexBuilder vertex, IActivation activation, String value) {
    if (activation == null || activation instanceof ActivationIdentity) {
      return value;
    } else if (activation instanceof SelfDescribing own) {
      return own.describe(vertex.taking(value));
    } else if (activation.getClass() == ActivationReLU.class
        && isPlain((ActivationReLU) activation)) {
      return vertex.add("relu", new Unary.Relu(), value);
    } else if (activation instanceof ActivationSigmoid) {
      return vertex.add("sigmoid", new Unary.Sigmoid(), value);
    } else if (activation instanceof ActivationSoftmax && vertex.shape(value).rank() == 2) {
      return vertex.add("softmax", new Operator.Softmax(1), value);
    }
    throw VertexOperators.unsupported(vertex, activation);
  }

  private static boolean isPlain(ActivationReLU relu) {
    return relu.getMax() == null && isZero(relu.getThreshold()) && isZero(relu.getNegativeSlope());
  }

  private static boolean isZero(Double value) {
    return value == null || value == 0;
  }
}
