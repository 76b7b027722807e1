package org.repfold.converter.report;

import java.util.Map;

/** Operators that are drawn in the same colour. */
enum OperatorKind {
  NORMALIZATION("normalization", "BatchNorm"),
  CONVOLUTION("convolution", "Convolution"),
  DENSE("dense", "Fully connected"),
  ACTIVATION("activation", "Activation"),
  ARITHMETIC("arithmetic", "Add, Mul"),
  POOLING("pooling", "Pooling"),
  SHAPE("shape", "Reshape, Transpose"),
  OTHER("other", "Other");

  private static final Map<String, OperatorKind> BY_OPERATOR =
      Map.ofEntries(
          Map.entry("BatchNormalization", NORMALIZATION),
          Map.entry("Conv", CONVOLUTION),
          Map.entry("Gemm", DENSE),
          Map.entry("MatMul", DENSE),
          Map.entry("Relu", ACTIVATION),
          Map.entry("Sigmoid", ACTIVATION),
          Map.entry("Gelu", ACTIVATION),
          Map.entry("Softmax", ACTIVATION),
          Map.entry("Add", ARITHMETIC),
          Map.entry("Mul", ARITHMETIC),
          Map.entry("GlobalAveragePool", POOLING),
          Map.entry("Reshape", SHAPE),
          Map.entry("Transpose", SHAPE),
          Map.entry("Flatten", SHAPE));

  final String style;
  final String label;

  OperatorKind(String style, String label) {
    this.style = style;
    this.label = label;
  }

  static OperatorKind of(NodeSummary node) {
    if (isDenseConvolution(node)) {
      return DENSE;
    }
    return BY_OPERATOR.getOrDefault(node.operator(), OTHER);
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
