package org.repfold.graph;

/** A function of one value, element by element, with ONNX's names and parameters. */
public sealed interface Unary extends Operator {

  /** {@code max(x, 0)}. */
  record Relu() implements Unary {}

  /** {@code x} where positive, else {@code alpha x}. */
  record LeakyRelu(double alpha) implements Unary {}

  /** {@code x} where above {@code alpha}, else 0. */
  record ThresholdedRelu(double alpha) implements Unary {}

  /** {@code x} where positive, else {@code alpha (exp(x) - 1)}. */
  record Elu(double alpha) implements Unary {}

  /** {@code gamma x} where positive, else {@code gamma alpha (exp(x) - 1)}. */
  record Selu(double alpha, double gamma) implements Unary {}

  /** {@code min(max(x, lowest), highest)}; ReLU6 is {@code Clip(0, 6)}. */
  record Clip(double lowest, double highest) implements Unary {
    public Clip {
      if (!(lowest <= highest)) {
        throw new BadInputException(
            "Clip: expected a lowest value of at most the highest, found "
                + lowest
                + " and "
                + highest);
      }
    }
  }

  /** {@code 1 / (1 + exp(-x))}. */
  record Sigmoid() implements Unary {}

  /** {@code min(max(alpha x + beta, 0), 1)}. */
  record HardSigmoid(double alpha, double beta) implements Unary {}

  /** {@code x min(max(x / 6 + 1 / 2, 0), 1)} (MobileNetV3, section 5.2). */
  record HardSwish() implements Unary {}

  /** The hyperbolic tangent. */
  record Tanh() implements Unary {}

  /** {@code ln(1 + exp(x))}. */
  record Softplus() implements Unary {}

  /** {@code x / (1 + |x|)}. */
  record Softsign() implements Unary {}

  /**
   * {@code x / 2 * (1 + erf(x / sqrt(2)))}: the exact GELU, not an approximation (Hendrycks and
   * Gimpel 2016).
   */
  record Gelu() implements Unary {}

  /** The error function. */
  record Erf() implements Unary {}

  /** {@code e} to the power of {@code x}. */
  record Exp() implements Unary {}

  /** The square root. */
  record Sqrt() implements Unary {}

  /** The magnitude. */
  record Abs() implements Unary {}

  /** {@code -x}. */
  record Neg() implements Unary {}
}
