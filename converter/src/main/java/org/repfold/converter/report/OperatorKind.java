package org.repfold.converter.report;

import java.util.Arrays;
import java.util.List;

/** Operators that are drawn in the same colour. */
enum OperatorKind {
  NORMALIZATION("normalization", "Normalization", "BatchNormalization", "LayerNormalization"),
  CONVOLUTION("convolution", "Convolution", "Conv", "ConvTranspose"),
  DENSE("dense", "Fully connected", "Gemm", "MatMul"),
  ACTIVATION(
      "activation",
      "Activation",
      "Relu",
      "LeakyRelu",
      "ThresholdedRelu",
      "Elu",
      "Selu",
      "Clip",
      "Sigmoid",
      "HardSigmoid",
      "HardSwish",
      "Tanh",
      "Softplus",
      "Softsign",
      "Gelu",
      "Softmax"),
  ARITHMETIC(
      "arithmetic",
      "Add, Mul",
      "Add",
      "Sub",
      "Mul",
      "Div",
      "Max",
      "Min",
      "Erf",
      "Exp",
      "Sqrt",
      "Abs",
      "Neg"),
  POOLING(
      "pooling",
      "Pooling",
      "MaxPool",
      "AveragePool",
      "GlobalMaxPool",
      "GlobalAveragePool",
      "ReduceMean"),
  SHAPE(
      "shape",
      "Reshape, Transpose",
      "Reshape",
      "Transpose",
      "Flatten",
      "Concat",
      "Slice",
      "Pad",
      "Resize"),
  OTHER("other", "Other");

  final String style;
  final String label;

  private final List<String> operators;

  OperatorKind(String style, String label, String... operators) {
    this.style = style;
    this.label = label;
    this.operators = List.of(operators);
  }

  static OperatorKind of(NodeSummary node) {
    if (isDenseConvolution(node)) {
      return DENSE;
    }
    return Arrays.stream(values())
        .filter(kind -> kind.operators.contains(node.operator()))
        .findFirst()
        .orElse(OTHER);
  }

  /** A convolution of a map of a single position is a fully connected layer. */
  private static boolean isDenseConvolution(NodeSummary node) {
    return node.operator().equals("Conv")
        && node.attributes().startsWith("1\u00d71")
        && node.shape().size() == 4
        && node.shape().get(2) == 1
        && node.shape().get(3) == 1;
  }
}
