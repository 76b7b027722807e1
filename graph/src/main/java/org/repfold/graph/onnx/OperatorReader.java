package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

/** Turns one ONNX node into operators, its constant inputs into parameters. */
final class OperatorReader {
  /** From this opset on, Dropout has its training mode as an input. */
  private static final int DROPOUT_WITH_MODE = 12;

  private OperatorReader() {}

  /**
   * For each output the operators that make it up, one behind the other.
   *
   * @throws NotSupportedException if the operator or this form of it is not supported
   * @throws BadInputException without the node's name, if its inputs and attributes are not as ONNX
   *     defines them
   */
  static List<List<Step>> read(OnnxNode node) {
    if (node.type().equals("Split")) {
      return MovementReader.split(node).stream().map(Step::chain).toList();
    }
    return List.of(
        switch (node.type()) {
          case "Sum" -> Step.chain(repeated(node, new Operator.Add()));
          case "Max" -> Step.chain(repeated(node, new Operator.Max()));
          case "Min" -> Step.chain(repeated(node, new Operator.Min()));
          case "Slice" -> Step.chain(MovementReader.slice(node));
          case "Gather" -> Step.chain(MovementReader.gather(node));
          case "Pow" -> List.of(power(node));
          case "ScatterND" -> ScatterReader.read(node);
          case "Where" -> MaskReader.where(node);
          case "Conv" ->
              LineReader.isConv(node)
                  ? LineReader.conv(node)
                  : Step.chain(List.of(ConvolutionReader.conv(node)));
          case "MaxPool" ->
              LineReader.isPool(node)
                  ? LineReader.maxPool(node)
                  : Step.chain(List.of(PoolingReader.maxPool(node)));
          case "AveragePool" ->
              LineReader.isPool(node)
                  ? LineReader.averagePool(node)
                  : Step.chain(List.of(PoolingReader.averagePool(node)));
          default -> Step.chain(List.of(single(node)));
        });
  }

  private static Operator single(OnnxNode node) {
    return switch (node.type()) {
      case "ConvTranspose" -> ConvolutionReader.convTranspose(node);
      case "Gemm" -> gemm(node);
      case "MatMul" -> plain(node, new Operator.MatMul());
      case "Add" -> plain(node, new Operator.Add());
      case "Sub" -> plain(node, new Operator.Sub());
      case "Mul" -> plain(node, new Operator.Mul());
      case "Div" -> plain(node, new Operator.Div());
      case "Identity" -> plain(node, new Operator.Identity());
      case "Cast" -> cast(node);
      case "Expand" -> expand(node);
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
      case "GlobalMaxPool" -> plain(node, new Pooling.GlobalMaxPool());
      case "GlobalAveragePool" -> plain(node, PoolingReader.globalAverage(node));
      case "ReduceMean" -> PoolingReader.reduceMean(node);
      case "Flatten" -> MovementReader.flatten(node);
      case "Reshape", "Squeeze", "Unsqueeze" -> MovementReader.reshape(node);
      case "Transpose" -> plain(node, MovementReader.transpose(node));
      case "Concat" -> MovementReader.concat(node);
      case "Pad" -> MovementReader.pad(node);
      case "Resize" -> ResizeReader.resize(node);
      case "Upsample" -> ResizeReader.upsample(node);
      default -> throw new NotSupportedException("this operator");
    };
  }

  private static Operator plain(OnnxNode node, Operator operator) {
    node.requireInputs(operator.arity(), operator.arity());
    return operator;
  }

  /** An operator of two inputs that ONNX gives any number of. */
  private static List<Operator> repeated(OnnxNode node, Operator operator) {
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

  /** Small whole powers, and the root, as ONNX's own exporters write squares and roots. */
  private static Step power(OnnxNode node) {
    node.requireInputs(2, 2);
    Tensor exponent = node.parameter(1);
    require(exponent.size() == 1, "a Pow by several exponents");
    double number = exponent.get(0);
    require(number == 2 || number == 1 || number == 0.5, "a Pow by " + number);
    List<Step.Operand> base = List.of(new Step.Input(0));
    if (number == 2) {
      return new Step(new Operator.Mul(), List.of(new Step.Input(0), new Step.Input(0)));
    }
    return new Step(number == 1 ? new Operator.Identity() : new Unary.Sqrt(), base);
  }

  /** The network's values are all of one floating-point type. */
  private static Operator cast(OnnxNode node) {
    int type =
        node.attributes()
            .integer("to")
            .orElseThrow(() -> new BadInputException("expected to, found none"));
    require(type == node.floatType(), "a Cast of a computed value to ONNX data type " + type);
    return plain(node, new Operator.Identity());
  }

  private static Operator expand(OnnxNode node) {
    require(
        node.sizes(1).isOfBatch()
            ? isWhole(node)
            : node.shape().isKnown() && KnownShapes.expanded(node).equals(node.shape()),
        "an Expand of a computed value to another shape");
    return new Operator.Identity();
  }

  /** Whether the shape to expand to is the input's own. */
  private static boolean isWhole(OnnxNode node) {
    Known sizes = node.sizes(1);
    long[] numbers = sizes.numbers().toLongs();
    Shape input = node.shape();
    return numbers.length == input.rank()
        && IntStream.range(0, numbers.length)
            .allMatch(
                axis ->
                    sizes.ofBatch().get(axis)
                        ? input.dimension(axis) == Shape.UNKNOWN
                            && node.batch().filter(batch -> batch == numbers[axis]).isPresent()
                        : numbers[axis] == 1 || numbers[axis] == input.dimension(axis));
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
