package org.repfold.converter.execute;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.RectifiedLinear;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erf;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Erfc;
import org.nd4j.linalg.api.ops.impl.transforms.strict.Sigmoid;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Unary;

/**
 * Functions of single elements. What ND4J computes to the last digits runs there. The others are
 * computed in float64 and rounded once: ND4J's {@code Tanh}, {@code Expm1}, {@code Log1p}, {@code
 * ELU} and {@code SELU} lose all digits near 0, its {@code SoftPlus} overflows, and its maxima and
 * minima pass over what is not a number.
 */
final class Functions {
  private Functions() {}

  static INDArray unary(Unary operator, INDArray x) {
    if (operator instanceof Unary.Relu) {
      return Nd4j.exec(new RectifiedLinear(x, x.ulike(), 0.0));
    } else if (operator instanceof Unary.Sigmoid) {
      return Nd4j.exec(new Sigmoid(x, x.ulike()));
    } else if (operator instanceof Unary.Gelu) {
      return gelu(x);
    } else if (operator instanceof Unary.Erf) {
      return Nd4j.exec(new Erf(x, x.ulike()));
    }
    return map(x, formula(operator));
  }

  static INDArray binary(Operator.Elementwise operator, INDArray left, INDArray right) {
    int rank = Math.max(left.rank(), right.rank());
    INDArray a = Broadcast.withRank(left, rank);
    INDArray b = Broadcast.withRank(right, rank);
    if (operator instanceof Operator.Add) {
      return a.add(b);
    } else if (operator instanceof Operator.Sub) {
      return a.sub(b);
    } else if (operator instanceof Operator.Mul) {
      return a.mul(b);
    } else if (operator instanceof Operator.Div) {
      return a.div(b);
    }
    return combine(a, b, operator instanceof Operator.Max ? Math::max : Math::min);
  }

  /**
   * {@code x / 2 * erfc(-x / sqrt(2))}, which keeps the digits that {@code 1 + erf} loses for
   * negative x.
   */
  private static INDArray gelu(INDArray x) {
    INDArray result = x.mul(-Math.sqrt(0.5));
    Nd4j.exec(new Erfc(result, result));
    return result.muli(x).muli(0.5);
  }

  private static DoubleUnaryOperator formula(Unary operator) {
    if (operator instanceof Unary.LeakyRelu leaky) {
      return x -> x > 0 ? x : leaky.alpha() * x;
    } else if (operator instanceof Unary.ThresholdedRelu thresholded) {
      return x -> x <= thresholded.alpha() ? 0 : x;
    } else if (operator instanceof Unary.Elu elu) {
      return x -> x > 0 ? x : elu.alpha() * Math.expm1(x);
    } else if (operator instanceof Unary.Selu selu) {
      return x -> selu.gamma() * (x > 0 ? x : selu.alpha() * Math.expm1(x));
    } else if (operator instanceof Unary.Clip clip) {
      return x -> Math.min(Math.max(x, clip.lowest()), clip.highest());
    } else if (operator instanceof Unary.HardSigmoid hard) {
      return x -> Math.min(Math.max(hard.alpha() * x + hard.beta(), 0), 1);
    } else if (operator instanceof Unary.HardSwish) {
      return x -> x * Math.min(Math.max(x / 6 + 0.5, 0), 1);
    } else if (operator instanceof Unary.Tanh) {
      return Math::tanh;
    } else if (operator instanceof Unary.Softplus) {
      return x -> Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    } else if (operator instanceof Unary.Softsign) {
      return x -> x / (1 + Math.abs(x));
    } else if (operator instanceof Unary.Exp) {
      return Math::exp;
    } else if (operator instanceof Unary.Sqrt) {
      return Math::sqrt;
    } else if (operator instanceof Unary.Abs) {
      return Math::abs;
    } else if (operator instanceof Unary.Neg) {
      return x -> -x;
    }
    throw new IllegalArgumentException("operator " + operator.type() + " cannot be executed");
  }

  private static INDArray map(INDArray x, DoubleUnaryOperator function) {
    INDArray result = Nd4j.createUninitialized(x.dataType(), x.shape(), 'c');
    DataBuffer from = x.data();
    DataBuffer to = result.data();
    for (long i = 0; i < x.length(); i++) {
      to.put(i, function.applyAsDouble(from.getDouble(i)));
    }
    return result;
  }

  private static INDArray combine(INDArray left, INDArray right, DoubleBinaryOperator function) {
    Shape shape = Broadcast.shape(Shape.of(left.shape()), Shape.of(right.shape()));
    INDArray result = Nd4j.createUninitialized(left.dataType(), shape.toArray(), 'c');
    INDArray lefts = Broadcast.to(left, shape);
    INDArray rights = Broadcast.to(right, shape);
    DataBuffer a = lefts.data();
    DataBuffer b = rights.data();
    DataBuffer to = result.data();
    for (long i = 0; i < result.length(); i++) {
      to.put(i, function.applyAsDouble(a.getDouble(i), b.getDouble(i)));
    }
    NdArrays.releaseCopy(lefts, left);
    NdArrays.releaseCopy(rights, right);
    return result;
  }
}
