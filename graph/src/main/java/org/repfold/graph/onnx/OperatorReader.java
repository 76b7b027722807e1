package org.repfold.graph.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** Turns one ONNX node into an operator, its constant inputs into parameters. */
final class OperatorReader {
  private static final Set<String> BINARY = Set.of("Add", "Mul", "MatMul");

  /** From this opset on, Softmax works on one axis instead of on all from an axis on. */
  private static final int SOFTMAX_OF_ONE_AXIS = 13;

  private final NodeProto node;
  private final NodeAttributes attributes;
  private final Map<String, Tensor> constants;
  private final Map<String, Shape> shapes;
  private final int opset;

  /**
   * @param shapes of the values computed so far
   */
  OperatorReader(
      NodeProto node, Map<String, Tensor> constants, Map<String, Shape> shapes, int opset) {
    this.node = node;
    this.attributes = NodeAttributes.of(node);
    this.constants = constants;
    this.shapes = shapes;
    this.opset = opset;
  }

  /** How many of a node's inputs, the first ones, are values and not parameters. */
  static int operands(NodeProto node) {
    return BINARY.contains(node.getOpType()) ? 2 : 1;
  }

  /**
   * The operator.
   *
   * @throws BadInputException without the node's name, if the operator or this form of it is not
   *     supported, or its inputs and attributes are not as ONNX defines them
   */
  Operator read() {
    return switch (node.getOpType()) {
      case "Conv" -> conv();
      case "Gemm" -> gemm();
      case "BatchNormalization" -> batchNormalization();
      case "Reshape" -> reshape();
      case "Add" -> plain(new Operator.Add());
      case "Mul" -> plain(new Operator.Mul());
      case "MatMul" -> plain(new Operator.MatMul());
      case "Relu" -> plain(new Unary.Relu());
      case "Sigmoid" -> plain(new Unary.Sigmoid());
      case "Identity" -> plain(new Operator.Identity());
      case "GlobalAveragePool" -> plain(new Pooling.GlobalAveragePool());
      case "Gelu" -> {
        require(attributes.string("approximate", "none").equals("none"), "an approximate Gelu");
        yield plain(new Unary.Gelu());
      }
      case "Softmax" -> softmax();
      case "Flatten" -> {
        int axis = attributes.integer("axis", 1);
        require(axis == 1 || axis == 1 - rank(), "a Flatten of axis " + axis);
        yield plain(new Movement.Flatten());
      }
      case "Transpose" -> {
        int[] permutation =
            attributes
                .integers("perm")
                .orElseGet(() -> IntStream.range(0, rank()).map(i -> rank() - 1 - i).toArray());
        yield plain(new Movement.Transpose(Arrays.stream(permutation).boxed().toList()));
      }
      default -> throw new BadInputException("this operator is not supported yet");
    };
  }

  private Operator plain(Operator operator) {
    requireInputs(operator.arity(), operator.arity());
    return operator;
  }

  private Operator conv() {
    requireInputs(2, 3);
    Tensor weight = parameter(1);
    require(weight.shape().rank() == 4, "a Conv with weight " + weight.shape());
    int[] kernel = {
      Math.toIntExact(weight.shape().dimension(2)), Math.toIntExact(weight.shape().dimension(3))
    };
    if (!Arrays.equals(attributes.integers("kernel_shape", kernel), kernel)) {
      throw new BadInputException(
          "expected kernel_shape " + Arrays.toString(kernel) + " as of the weight");
    }
    String autoPad = attributes.string("auto_pad", "NOTSET");
    int[] pads = attributes.integers("pads", 0, 0, 0, 0);
    require(
        autoPad.equals("NOTSET") || autoPad.equals("VALID") && Arrays.equals(pads, new int[4]),
        "a Conv with auto_pad " + autoPad);
    int[] strides = attributes.integers("strides", 1, 1);
    int[] dilations = attributes.integers("dilations", 1, 1);
    Window window =
        new Window(
            strides[0], strides[1], dilations[0], dilations[1], pads[0], pads[1], pads[2], pads[3]);
    return new Operator.Conv(weight, optionalParameter(2), window, attributes.integer("group", 1));
  }

  private Operator gemm() {
    requireInputs(2, 3);
    require(
        attributes.integer("transA", 0) == 0
            && attributes.real("alpha", 1) == 1
            && attributes.real("beta", 1) == 1,
        "a Gemm with transA, alpha or beta");
    Tensor weight = parameter(1);
    require(weight.shape().rank() == 2, "a Gemm with weight " + weight.shape());
    Tensor outputsFirst = attributes.integer("transB", 0) == 1 ? weight : transposed(weight);
    long outputs = outputsFirst.shape().dimension(0);
    Optional<Tensor> bias = optionalParameter(2);
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

  private Operator batchNormalization() {
    requireInputs(5, 5);
    require(attributes.integer("training_mode", 0) == 0, "a BatchNormalization in training mode");
    return new Operator.BatchNormalization(
        parameter(1),
        parameter(2),
        parameter(3),
        parameter(4),
        shortest(attributes.real("epsilon", 1e-5f)));
  }

  /** The double that prints like the float: 1e-5 as its author wrote it, not rounded to float32. */
  private static double shortest(float value) {
    return Double.parseDouble(Float.toString(value));
  }

  private Operator softmax() {
    boolean oneAxis = opset >= SOFTMAX_OF_ONE_AXIS;
    int axis = attributes.integer("axis", oneAxis ? -1 : 1);
    int fromStart = axis < 0 ? axis + rank() : axis;
    if (fromStart < 0 || fromStart >= rank()) {
      throw new BadInputException("expected an axis of " + rank() + " axes, found " + axis);
    }
    require(oneAxis || fromStart == rank() - 1, "a Softmax over several axes");
    return plain(new Operator.Softmax(axis));
  }

  private Operator reshape() {
    requireInputs(2, 2);
    Tensor target = parameter(1);
    if (target.type() != ElementType.INT64 || target.shape().rank() != 1) {
      throw new BadInputException("expected a shape of int64 in one axis, found " + target);
    }
    long[] sizes = target.toLongs();
    require(
        attributes.integer("allowzero", 0) == 0 || Arrays.stream(sizes).allMatch(s -> s != 0),
        "a Reshape to no elements");
    return new Movement.Reshape(Arrays.stream(withCopiedSizes(sizes)).boxed().toList());
  }

  /** ONNX's 0 copies a size of the input. */
  private long[] withCopiedSizes(long[] sizes) {
    long[] result = sizes.clone();
    Shape input = shape();
    for (int axis = 0; axis < sizes.length; axis++) {
      if (sizes[axis] == 0) {
        if (axis >= input.rank()) {
          throw new BadInputException(
              "expected an input with axis " + axis + " to copy, found shape " + input);
        }
        result[axis] = input.dimension(axis);
      }
    }
    int free = IntStream.range(0, sizes.length).filter(i -> sizes[i] == -1).findFirst().orElse(-1);
    boolean batchCopied =
        IntStream.range(0, sizes.length).anyMatch(i -> sizes[i] == 0 && result[i] == -1);
    if (free >= 0 && batchCopied) {
      // The batch is the one axis left unknown, so the free size is what the others leave.
      result[free] = knownProduct(input.toArray()) / Math.max(1, knownProduct(result));
    }
    return result;
  }

  private static long knownProduct(long[] sizes) {
    return Arrays.stream(sizes)
        .filter(size -> size != Shape.UNKNOWN)
        .reduce(1, Math::multiplyExact);
  }

  private Shape shape() {
    requireInputs(1, 2);
    Shape shape = shapes.get(node.getInput(0));
    if (shape == null) {
      throw new BadInputException(
          "expected input '" + node.getInput(0) + "' to be computed before it; is there a cycle?");
    }
    return shape;
  }

  private int rank() {
    return shape().rank();
  }

  private Tensor parameter(int input) {
    return optionalParameter(input)
        .orElseThrow(() -> new BadInputException("expected input " + input + ", found none"));
  }

  private Optional<Tensor> optionalParameter(int input) {
    if (node.getInputCount() <= input || node.getInput(input).isEmpty()) {
      return Optional.empty();
    }
    Tensor tensor = constants.get(node.getInput(input));
    if (tensor == null) {
      throw new BadInputException(
          "input '"
              + node.getInput(input)
              + "': a computed value in place of a constant is not supported yet");
    }
    return Optional.of(tensor);
  }

  private void requireInputs(int fewest, int most) {
    List<String> inputs = node.getInputList();
    if (inputs.size() < fewest || inputs.size() > most) {
      throw new BadInputException(
          "expected "
              + (fewest == most ? fewest : fewest + " to " + most)
              + " inputs, found "
              + inputs.size());
    }
  }

  private static void require(boolean supported, String form) {
    if (!supported) {
      throw new BadInputException(form + " is not supported yet");
    }
  }
}
