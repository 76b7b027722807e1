package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import org.repfold.graph.Unary;

/** Reads functions of one value. */
final class UnaryReader {
  /** From this opset on, the limits of Clip are inputs. */
  private static final int CLIP_OF_INPUTS = 11;

  private UnaryReader() {}

  /** Functions of one input, the defaults of their attributes as in ONNX. */
  static Unary function(OnnxNode node) {
    NodeAttributes attributes = node.attributes();
    return switch (node.type()) {
      case "Relu" -> new Unary.Relu();
      case "LeakyRelu" -> new Unary.LeakyRelu(attributes.real("alpha", 0.01));
      case "ThresholdedRelu" -> new Unary.ThresholdedRelu(attributes.real("alpha", 1));
      case "Elu" -> new Unary.Elu(attributes.real("alpha", 1));
      case "Selu" ->
          new Unary.Selu(attributes.real("alpha", 1.6732632), attributes.real("gamma", 1.050701));
      case "Sigmoid" -> new Unary.Sigmoid();
      case "HardSigmoid" ->
          new Unary.HardSigmoid(attributes.real("alpha", 0.2), attributes.real("beta", 0.5));
      case "HardSwish" -> new Unary.HardSwish();
      case "Tanh" -> new Unary.Tanh();
      case "Softplus" -> new Unary.Softplus();
      case "Softsign" -> new Unary.Softsign();
      case "Gelu" -> {
        require(attributes.string("approximate", "none").equals("none"), "an approximate Gelu");
        yield new Unary.Gelu();
      }
      case "Erf" -> new Unary.Erf();
      case "Exp" -> new Unary.Exp();
      case "Sqrt" -> new Unary.Sqrt();
      case "Abs" -> new Unary.Abs();
      case "Neg" -> new Unary.Neg();
      default -> throw new NotSupportedException("this operator");
    };
  }

  static Unary clip(OnnxNode node) {
    if (node.opset() < CLIP_OF_INPUTS) {
      node.requireInputs(1, 1);
      return new Unary.Clip(
          limit(node.attributes().real("min", -Float.MAX_VALUE)),
          limit(node.attributes().real("max", Float.MAX_VALUE)));
    }
    node.requireInputs(1, 3);
    return new Unary.Clip(
        node.optionalNumber(1).orElse(Double.NEGATIVE_INFINITY),
        node.optionalNumber(2).orElse(Double.POSITIVE_INFINITY));
  }

  /** The largest float32 stands for no limit, as the attribute's default is. */
  private static double limit(double value) {
    return Math.abs((float) value) == Float.MAX_VALUE
        ? Math.copySign(Double.POSITIVE_INFINITY, value)
        : value;
  }
}
