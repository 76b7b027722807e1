package org.repfold.converter.fold.rules;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

/** What operators make of constants, by plain loops in float64. */
final class ConstantArithmetic {
  private ConstantArithmetic() {}

  /**
   * The operator's value.
   *
   * @param shape of the value
   * @return empty for an operator that is not known here
   */
  static Optional<Tensor> evaluate(Operator operator, List<Tensor> operands, Shape shape) {
    Tensor first = operands.get(0);
    if (operator instanceof Operator.Elementwise elementwise) {
      return Optional.of(elementwise(elementwise, first, operands.get(1), shape));
    } else if (operator instanceof Unary unary) {
      return function(unary).map(f -> map(first, f));
    } else if (operator instanceof Movement movement) {
      return Optional.of(moved(movement, operands, shape));
    } else if (operator instanceof Operator.MatMul) {
      return Optional.of(product(first, operands.get(1), shape));
    } else if (operator instanceof Pooling.ReduceMean mean) {
      return Optional.of(mean(first, mean.axes()).reshape(shape));
    } else if (operator instanceof Operator.Softmax softmax) {
      int axis = softmax.axis() < 0 ? softmax.axis() + shape.rank() : softmax.axis();
      return Optional.of(softmax(first, axis));
    } else if (operator instanceof Operator.Identity) {
      return Optional.of(first);
    }
    return Optional.empty();
  }

  private static Tensor elementwise(
      Operator.Elementwise operator, Tensor left, Tensor right, Shape shape) {
    int[] fromLeft = repeating(left.shape(), shape);
    int[] fromRight = repeating(right.shape(), shape);
    double[] result = new double[fromLeft.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = apply(operator, left.get(fromLeft[i]), right.get(fromRight[i]));
    }
    return Tensor.of(shape, result);
  }

  private static double apply(Operator.Elementwise operator, double a, double b) {
    if (operator instanceof Operator.Add) {
      return a + b;
    } else if (operator instanceof Operator.Sub) {
      return a - b;
    } else if (operator instanceof Operator.Mul) {
      return a * b;
    } else if (operator instanceof Operator.Div) {
      return a / b;
    }
    return operator instanceof Operator.Max ? Math.max(a, b) : Math.min(a, b);
  }

  /**
   * For each element of a shape the one of another that belongs to it: along every axis, counted
   * from the last, the other's elements are repeated.
   */
  static int[] repeating(Shape from, Shape shape) {
    int[] index = new int[Math.toIntExact(shape.elements())];
    for (int i = 0; i < index.length; i++) {
      int rest = i;
      int stride = 1;
      for (int axis = 1; axis <= shape.rank(); axis++) {
        int size = (int) shape.dimension(-axis);
        int own = axis <= from.rank() ? (int) from.dimension(-axis) : 1;
        index[i] += rest % size % own * stride;
        stride *= own;
        rest /= size;
      }
    }
    return index;
  }

  private static Tensor map(Tensor tensor, DoubleUnaryOperator function) {
    return Tensor.of(tensor.shape(), Arrays.stream(tensor.toDoubles()).map(function).toArray());
  }

  private static Optional<DoubleUnaryOperator> function(Unary unary) {
    if (unary instanceof Unary.Relu) {
      return Optional.of(x -> Math.max(x, 0));
    } else if (unary instanceof Unary.LeakyRelu leaky) {
      return Optional.of(x -> x > 0 ? x : leaky.alpha() * x);
    } else if (unary instanceof Unary.Clip clip) {
      return Optional.of(x -> Math.min(Math.max(x, clip.lowest()), clip.highest()));
    } else if (unary instanceof Unary.Sigmoid) {
      return Optional.of(x -> 1 / (1 + Math.exp(-x)));
    } else if (unary instanceof Unary.Tanh) {
      return Optional.of(Math::tanh);
    } else if (unary instanceof Unary.Exp) {
      return Optional.of(Math::exp);
    } else if (unary instanceof Unary.Sqrt) {
      return Optional.of(Math::sqrt);
    } else if (unary instanceof Unary.Abs) {
      return Optional.of(Math::abs);
    } else if (unary instanceof Unary.Neg) {
      return Optional.of(x -> -x);
    }
    return Optional.empty();
  }

  private static Tensor moved(Movement movement, List<Tensor> operands, Shape shape) {
    Tensor first = operands.get(0);
    if (movement instanceof Movement.Transpose transpose) {
      return Transposition.of(first, transpose.permutation());
    } else if (movement instanceof Movement.Concat concat) {
      double[] result = new double[Math.toIntExact(shape.elements())];
      long offset = 0;
      for (Tensor operand : operands) {
        copy(operand, shape, concat.axis(), offset, result);
        offset += operand.shape().dimension(concat.axis());
      }
      return Tensor.of(shape, result);
    } else if (movement instanceof Movement.Slice slice) {
      return gathered(first, shape, slice.axis(), position -> position + slice.start());
    } else if (movement instanceof Movement.Pad pad) {
      return padded(first, pad, shape);
    } else if (movement instanceof Movement.Resize resize) {
      Shape tall = first.shape().with(2, shape.dimension(2));
      Tensor rows = gathered(first, tall, 2, y -> y / resize.scaleHeight());
      return gathered(rows, shape, 3, x -> x / resize.scaleWidth());
    }
    return first.reshape(shape);
  }

  private static void copy(Tensor part, Shape whole, int axis, long offset, double[] result) {
    int inner = Math.toIntExact(whole.product(axis + 1, whole.rank()));
    int length = Math.toIntExact(part.shape().dimension(axis) * inner);
    int stride = Math.toIntExact(whole.dimension(axis) * inner);
    for (int i = 0; i < part.size(); i++) {
      result[i / length * stride + Math.toIntExact(offset * inner) + i % length] = part.get(i);
    }
  }

  /** The elements that stand at other positions along an axis. */
  private static Tensor gathered(
      Tensor tensor, Shape shape, int axis, java.util.function.LongUnaryOperator position) {
    int inner = Math.toIntExact(shape.product(axis + 1, shape.rank()));
    int size = Math.toIntExact(shape.dimension(axis));
    int own = Math.toIntExact(tensor.shape().dimension(axis));
    double[] result = new double[Math.toIntExact(shape.elements())];
    for (int i = 0; i < result.length; i++) {
      int from = Math.toIntExact(position.applyAsLong(i / inner % size));
      result[i] = tensor.get((i / (inner * size) * own + from) * inner + i % inner);
    }
    return Tensor.of(shape, result);
  }

  private static Tensor padded(Tensor tensor, Movement.Pad pad, Shape shape) {
    double[] result = new double[Math.toIntExact(shape.elements())];
    Arrays.fill(result, pad.value());
    for (int i = 0; i < tensor.size(); i++) {
      int rest = i;
      int stride = 1;
      int to = 0;
      for (int axis = shape.rank() - 1; axis >= 0; axis--) {
        int size = (int) tensor.shape().dimension(axis);
        to += (rest % size + Math.toIntExact(pad.before().get(axis))) * stride;
        stride *= (int) shape.dimension(axis);
        rest /= size;
      }
      result[to] = tensor.get(i);
    }
    return Tensor.of(shape, result);
  }

  private static Tensor product(Tensor left, Tensor right, Shape shape) {
    int rows = Math.toIntExact(left.shape().dimension(-2));
    int inner = Math.toIntExact(left.shape().dimension(-1));
    int columns = Math.toIntExact(right.shape().dimension(-1));
    Shape batch = shape.with(-2, 1).with(-1, 1);
    int[] lefts = repeating(left.shape().with(-2, 1).with(-1, 1), batch);
    int[] rights = repeating(right.shape().with(-2, 1).with(-1, 1), batch);
    double[] result = new double[Math.toIntExact(shape.elements())];
    for (int i = 0; i < result.length; i++) {
      int sample = i / (rows * columns);
      int row = (lefts[sample] * rows + i / columns % rows) * inner;
      int column = rights[sample] * inner * columns + i % columns;
      for (int k = 0; k < inner; k++) {
        result[i] += left.get(row + k) * right.get(column + k * columns);
      }
    }
    return Tensor.of(shape, result);
  }

  /** The mean over axes, which stay, with size 1. */
  static Tensor mean(Tensor tensor, List<Integer> axes) {
    Shape shape = tensor.shape();
    for (int axis : axes) {
      shape = shape.with(axis, 1);
    }
    int[] to = repeating(shape, tensor.shape());
    double[] means = new double[Math.toIntExact(shape.elements())];
    for (int i = 0; i < to.length; i++) {
      means[to[i]] += tensor.get(i);
    }
    double count = (double) tensor.size() / means.length;
    return map(Tensor.of(shape, means), sum -> sum / count);
  }

  private static Tensor softmax(Tensor tensor, int axis) {
    int size = Math.toIntExact(tensor.shape().dimension(axis));
    int inner = Math.toIntExact(tensor.shape().product(axis + 1, tensor.shape().rank()));
    double[] values = tensor.toDoubles();
    for (int i = 0; i < values.length; i++) {
      if (i / inner % size == 0) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < size; k++) {
          largest = Math.max(largest, values[i + k * inner]);
        }
        double sum = 0;
        for (int k = 0; k < size; k++) {
          values[i + k * inner] = Math.exp(values[i + k * inner] - largest);
          sum += values[i + k * inner];
        }
        for (int k = 0; k < size; k++) {
          values[i + k * inner] /= sum;
        }
      }
    }
    return Tensor.of(tensor.shape(), values);
  }
}
