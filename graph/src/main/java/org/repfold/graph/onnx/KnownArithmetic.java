package org.repfold.graph.onnx;

import static org.repfold.graph.onnx.OnnxNode.require;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Computes functions of the elements of known values: whole numbers as ONNX does, with an error
 * instead of an overflow, and floating-point ones in float64.
 */
final class KnownArithmetic {
  private KnownArithmetic() {}

  /** What the node gives; empty if it is no such function. */
  static Optional<Known> read(OnnxNode node) {
    String type = node.type();
    Optional<LongBinaryOperator> whole = Optional.ofNullable(wholeFunction(type));
    if (whole.isPresent()) {
      return binary(node, whole.get());
    }
    Optional<DoubleUnaryOperator> function = Optional.ofNullable(function(type));
    return function.flatMap(f -> unary(node, f));
  }

  private static LongBinaryOperator wholeFunction(String type) {
    return switch (type) {
      case "Add" -> Math::addExact;
      case "Sub" -> Math::subtractExact;
      case "Mul" -> Math::multiplyExact;
      case "Div" -> KnownArithmetic::quotient;
      case "Equal" -> (a, b) -> a == b ? 1 : 0;
      case "Greater" -> (a, b) -> a > b ? 1 : 0;
      case "GreaterOrEqual" -> (a, b) -> a >= b ? 1 : 0;
      case "Less" -> (a, b) -> a < b ? 1 : 0;
      case "LessOrEqual" -> (a, b) -> a <= b ? 1 : 0;
      case "And" -> (a, b) -> a & b;
      case "Or" -> (a, b) -> a | b;
      default -> null;
    };
  }

  private static DoubleBinaryOperator realFunction(String type) {
    return switch (type) {
      case "Add" -> Double::sum;
      case "Sub" -> (a, b) -> a - b;
      case "Mul" -> (a, b) -> a * b;
      case "Div" -> (a, b) -> a / b;
      default -> null;
    };
  }

  private static DoubleUnaryOperator function(String type) {
    return switch (type) {
      case "Neg" -> a -> -a;
      case "Abs" -> Math::abs;
      case "Sqrt" -> Math::sqrt;
      case "Exp" -> StrictMath::exp;
      case "Reciprocal" -> a -> 1 / a;
      case "Floor" -> Math::floor;
      case "Ceil" -> Math::ceil;
      default -> null;
    };
  }

  private static boolean compares(String type) {
    return realFunction(type) == null;
  }

  private static long quotient(long a, long b) {
    if (b == 0) {
      throw new BadInputException("expected a divisor other than 0, found 0");
    }
    return b == -1 ? Math.negateExact(a) : a / b;
  }

  private static Optional<Known> binary(OnnxNode node, LongBinaryOperator function) {
    node.requireInputs(2, 2);
    Known a = node.known(0).orElseThrow();
    Known b = node.known(1).orElseThrow();
    if (a.isWhole() != b.isWhole()) {
      throw new BadInputException(
          "expected inputs of one type, found " + a.numbers() + " and " + b.numbers());
    }
    if (!a.isWhole() && compares(node.type())) {
      return Optional.empty();
    }
    Shape shape = node.reserved(KnownShapes.broadcast(a.shape(), b.shape()));
    int[] left = Picking.broadcast(a.shape(), shape).from();
    int[] right = Picking.broadcast(b.shape(), shape).from();
    if (!a.isWhole()) {
      DoubleBinaryOperator real = realFunction(node.type());
      double[] result = new double[left.length];
      for (int i = 0; i < result.length; i++) {
        result[i] = real.applyAsDouble(a.numbers().get(left[i]), b.numbers().get(right[i]));
      }
      return Optional.of(Known.of(a.type(), Tensor.of(shape, result)));
    }
    long[] result = new long[left.length];
    BitSet ofBatch = new BitSet();
    for (int i = 0; i < result.length; i++) {
      boolean first = a.ofBatch().get(left[i]);
      boolean second = b.ofBatch().get(right[i]);
      long x = a.numbers().integer(left[i]);
      long y = b.numbers().integer(right[i]);
      result[i] =
          first != second && compares(node.type())
              ? compared(node.type(), first ? y : x)
              : function.applyAsLong(x, y);
      boolean multiple = (first || second) && isOfBatch(node.type(), x, first, y, second);
      ofBatch.set(i, multiple && result[i] != 0);
    }
    int type = compares(node.type()) ? DataType.BOOL_VALUE : a.type();
    return Optional.of(new Known(type, Tensor.of(shape, result), ofBatch));
  }

  /** The batch equals no number below 1. */
  private static long compared(String type, long number) {
    require(type.equals("Equal") && number < 1, "a comparison of a number with the batch");
    return 0;
  }

  /** Whether what is computed from multiples of the batch is one; refuses what is neither. */
  private static boolean isOfBatch(String type, long x, boolean first, long y, boolean second) {
    if (compares(type)) {
      require(type.equals("Equal") || first != second, "a comparison of multiples of the batch");
      return false;
    }
    boolean both = first && second;
    boolean multiple =
        switch (type) {
          case "Add", "Sub" -> both || (first ? y : x) == 0;
          case "Mul" -> !both;
          default -> first && (both || x % y == 0);
        };
    require(multiple, "a size that is no multiple of the batch");
    return !(type.equals("Div") && both);
  }

  private static Optional<Known> unary(OnnxNode node, DoubleUnaryOperator function) {
    node.requireInputs(1, 1);
    Known input = node.known(0).orElseThrow();
    Shape shape = node.reserved(input.shape());
    if (!input.isWhole()) {
      double[] result = input.numbers().toDoubles();
      for (int i = 0; i < result.length; i++) {
        result[i] = function.applyAsDouble(result[i]);
      }
      return Optional.of(Known.of(input.type(), Tensor.of(shape, result)));
    }
    boolean negates = node.type().equals("Neg");
    if (!negates && !node.type().equals("Abs")) {
      return Optional.empty();
    }
    long[] result = input.numbers().toLongs();
    for (int i = 0; i < result.length; i++) {
      result[i] = negates || result[i] < 0 ? Math.negateExact(result[i]) : result[i];
    }
    return Optional.of(new Known(input.type(), Tensor.of(shape, result), input.ofBatch()));
  }

  /** The same numbers as another type; fractions are cut off where that type has none. */
  static Known cast(OnnxNode node) {
    node.requireInputs(1, 1);
    Known input = node.known(0).orElseThrow();
    int type =
        node.attributes()
            .integer("to")
            .orElseThrow(() -> new BadInputException("expected to, found none"));
    require(OnnxTensors.isKnown(type), "a Cast to ONNX data type " + type);
    boolean isBool = type == DataType.BOOL_VALUE;
    if (input.isWhole() && Known.isWhole(type) && !isBool) {
      return input.as(type);
    }
    require(!input.isOfBatch(), "a Cast of the batch to other than whole numbers");
    Shape shape = node.reserved(input.shape());
    double[] numbers = input.numbers().toDoubles();
    if (Known.isFloat(type)) {
      return input.isWhole() ? Known.of(type, Tensor.of(shape, numbers)) : input.as(type);
    }
    long[] whole = new long[numbers.length];
    for (int i = 0; i < whole.length; i++) {
      if (!(Math.abs(numbers[i]) < 0x1p63)) {
        throw new BadInputException("expected numbers below 2^63, found " + numbers[i]);
      }
      whole[i] = isBool ? numbers[i] != 0 ? 1 : 0 : (long) numbers[i];
    }
    return Known.of(type, Tensor.of(shape, whole));
  }
}
