package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/** Turns one ONNX node into operators, its constant inputs into parameters. */
final class OperatorReader {
  /** From this opset on, Dropout has its training mode as an input. */
  private static final int DROPOUT_WITH_MODE = 12;

  private OperatorReader() {}

  /**
   * The operators that make up the node, one behind the other. The first takes as many of the
   * node's inputs as it needs; each other takes the value before it and, if it needs more than one,
   * the next of the node's inputs.
   *
   * @throws BadInputException without the node's name, if the operator or this form of it is not
   *     supported, or its inputs and attributes are not as ONNX defines them
   */
  static List<Operator> read(OnnxNode node) {
    return switch (node.type()) {
      case "Sum" -> chained(node, new Operator.Add());
      case "Max" -> chained(node, new Operator.Max());
      case "Min" -> chained(node, new Operator.Min());
      case "Slice" -> MovementReader.slice(node);
      default -> List.of(single(node));
    };
  }

  private static Operator single(OnnxNode node) {
    return switch (node.type()) {
      case "Conv" -> ConvolutionReader.conv(node);
      case "ConvTranspose" -> ConvolutionReader.convTranspose(node);
      case "Gemm" -> gemm(node);
      case "MatMul" -> plain(node, new Operator.MatMul());
      case "Add" -> plain(node, new Operator.Add());
      case "Sub" -> plain(node, new Operator.Sub());
      case "Mul" -> plain(node, new Operator.Mul());
      case "Div" -> plain(node, new Operator.Div());
      case "Identity" -> plain(node, new Operator.Identity());
      case "Dropout" -> dropout(node);
      case "BatchNormalization" -> NormalizationReader.batch(node);
      case "LayerNormalization" -> NormalizationReader.layer(node);
      case "Softmax" -> NormalizationReader.softmax(node);
      case "Clip" -> UnaryReader.clip(node);
      case "Relu",
          "LeakyRelu",
          "ThresholdedRelu",
          "Elu",
          "Selu",
          "Sigmoid",
          "HardSigmoid",
          "HardSwish",
          "Tanh",
          "Softplus",
          "Softsign",
          "Gelu",
          "Erf",
          "Exp",
          "Sqrt",
          "Abs",
          "Neg" ->
          plain(node, UnaryReader.function(node));
      case "MaxPool" -> PoolingReader.maxPool(node);
      case "AveragePool" -> PoolingReader.averagePool(node);
      case "GlobalMaxPool" -> plain(node, new Pooling.GlobalMaxPool());
      case "GlobalAveragePool" -> plain(node, new Pooling.GlobalAveragePool());
      case "ReduceMean" -> PoolingReader.reduceMean(node);
      case "Flatten" -> plain(node, MovementReader.flatten(node));
      case "Reshape" -> MovementReader.reshape(node);
      case "Transpose" -> plain(node, MovementReader.transpose(node));
      case "Concat" -> MovementReader.concat(node);
      case "Pad" -> MovementReader.pad(node);
      case "Resize" -> ResizeReader.resize(node);
      case "Upsample" -> ResizeReader.upsample(node);
      default -> throw new BadInputException("this operator is not supported yet");
    };
  }

  private static Operator plain(OnnxNode node, Operator operator) {
    node.requireInputs(operator.arity(), operator.arity());
    return operator;
  }

  /** An operator of two inputs that ONNX gives any number of. */
  private static List<Operator> chained(OnnxNode node, Operator operator) {
    node.requireInputs(1, Integer.MAX_VALUE);
    return node.inputs() == 1
        ? List.of(new Operator.Identity())
        : Collections.nCopies(node.inputs() - 1, operator);
  }

  private static Operator gemm(OnnxNode node) {
    node.requireInputs(2, 3);
    NodeAttributes attributes = node.attributes();
    require(
        attributes.integer("transA", 0) == 0
            && attributes.real("alpha", 1) == 1
            && attributes.real("beta", 1) == 1,
        "a Gemm with transA, alpha or beta");
    Tensor weight = node.parameter(1);
    require(weight.shape().rank() == 2, "a Gemm with weight " + weight.shape());
    Tensor outputsFirst = attributes.integer("transB", 0) == 1 ? weight : transposed(weight);
    long outputs = outputsFirst.shape().dimension(0);
    Optional<Tensor> bias = node.optionalParameter(2);
    require(
        bias.map(b -> b.shape().rank() <= 2 && b.size() == outputs).orElse(true),
        "a Gemm with bias of another size than " + outputs);
    return new Operator.Gemm(outputsFirst, bias.map(b -> b.reshape(Shape.of(outputs))));
  }

  private static Tensor transposed(Tensor matrix) {
    int rows = Math.toIntExact(matrix.shape().dimension(0));
    int columns = Math.toIntExact(matrix.shape().dimension(1));
    Shape shape = Shape.of(columns, rows);
    double[] elements = new double[matrix.size()];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        elements[column * rows + row] = matrix.get(row * columns + column);
      }
    }
    return Tensor.of(shape, elements).to(matrix.type());
  }

  /** In inference its input, whatever the ratio. */
  private static Operator dropout(OnnxNode node) {
    node.requireInputs(1, 3);
    require(
        node.opset() < DROPOUT_WITH_MODE || node.optionalParameter(2).isEmpty(),
        "a Dropout with a training mode");
    return new Operator.Identity();
  }
}
