package org.repfold.converter.plain;

import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Unary;

/** Functions of one element, or of one of each of two values. */
final class Functions {
  /** The steepest slope of the Gaussian error linear unit, rounded up. */
  private static final double GELU_SLOPE = 1.13;

  private Functions() {}

  static Numbers elementwise(Operator.Elementwise operator, Numbers a, Numbers b, Shape shape) {
    Numbers y = Numbers.zeros(shape);
    for (int index = 0; index < y.size(); index++) {
      int i = Indices.broadcast(index, shape, a.shape());
      int j = Indices.broadcast(index, shape, b.shape());
      if (operator instanceof Operator.Add) {
        y.add(index, 1, a, i);
        y.add(index, 1, b, j);
      } else if (operator instanceof Operator.Sub) {
        y.add(index, 1, a, i);
        y.add(index, -1, b, j);
      } else if (operator instanceof Operator.Mul) {
        addProduct(y, index, a, i, b, j);
      } else if (operator instanceof Operator.Div) {
        double divisor = Math.abs(b.value()[j]);
        y.value()[index] = a.value()[i] / b.value()[j];
        y.magnitude()[index] =
            (a.magnitude()[i] + Math.abs(y.value()[index]) * b.magnitude()[j]) / divisor;
      } else {
        y.value()[index] =
            operator instanceof Operator.Max
                ? Math.max(a.value()[i], b.value()[j])
                : Math.min(a.value()[i], b.value()[j]);
        y.magnitude()[index] = Math.max(a.magnitude()[i], b.magnitude()[j]);
      }
    }
    return y;
  }

  /** Adds the product of two elements, each of which has its error. */
  static void addProduct(Numbers y, int index, Numbers a, int i, Numbers b, int j) {
    y.value()[index] += a.value()[i] * b.value()[j];
    y.magnitude()[index] +=
        Math.abs(a.value()[i]) * b.magnitude()[j] + a.magnitude()[i] * Math.abs(b.value()[j]);
  }

  static Numbers unary(Unary operator, Numbers x) {
    Numbers y = Numbers.zeros(x.shape());
    for (int i = 0; i < y.size(); i++) {
      double value = of(operator, x.value()[i]);
      y.value()[i] = value;
      y.magnitude()[i] =
          Math.max(
              Math.max(Math.abs(value), cancelled(operator)),
              steepest(operator, x.value()[i]) * x.magnitude()[i]);
    }
    return y;
  }

  private static double of(Unary operator, double x) {
    if (operator instanceof Unary.Relu) {
      return Math.max(x, 0);
    } else if (operator instanceof Unary.LeakyRelu leaky) {
      return x > 0 ? x : leaky.alpha() * x;
    } else if (operator instanceof Unary.ThresholdedRelu thresholded) {
      return x > thresholded.alpha() ? x : 0;
    } else if (operator instanceof Unary.Elu elu) {
      return x > 0 ? x : elu.alpha() * Math.expm1(x);
    } else if (operator instanceof Unary.Selu selu) {
      return selu.gamma() * (x > 0 ? x : selu.alpha() * Math.expm1(x));
    } else if (operator instanceof Unary.Clip clip) {
      return Math.min(Math.max(x, clip.lowest()), clip.highest());
    } else if (operator instanceof Unary.Sigmoid) {
      return 1 / (1 + Math.exp(-x));
    } else if (operator instanceof Unary.HardSigmoid hard) {
      return Math.min(Math.max(hard.alpha() * x + hard.beta(), 0), 1);
    } else if (operator instanceof Unary.HardSwish) {
      return x * Math.min(Math.max(x / 6 + 0.5, 0), 1);
    } else if (operator instanceof Unary.Tanh) {
      return Math.tanh(x);
    } else if (operator instanceof Unary.Softplus) {
      return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    } else if (operator instanceof Unary.Softsign) {
      return x / (1 + Math.abs(x));
    } else if (operator instanceof Unary.Gelu) {
      return x / 2 * ErrorFunction.complement(-x * Math.sqrt(0.5));
    } else if (operator instanceof Unary.Erf) {
      return ErrorFunction.of(x);
    } else if (operator instanceof Unary.Exp) {
      return Math.exp(x);
    } else if (operator instanceof Unary.Sqrt) {
      return Math.sqrt(x);
    } else if (operator instanceof Unary.Abs) {
      return Math.abs(x);
    }
    return -x;
  }

  /**
   * What an engine may subtract to get a number near 0, which then keeps the rounding of that: 1
   * for {@code tanh(x) = (exp(2 x) - 1) / (exp(2 x) + 1)}.
   */
  private static double cancelled(Unary operator) {
    if (operator instanceof Unary.Elu elu) {
      return Math.abs(elu.alpha());
    } else if (operator instanceof Unary.Selu selu) {
      return Math.abs(selu.gamma() * selu.alpha());
    }
    return operator instanceof Unary.Tanh || operator instanceof Unary.Erf ? 1 : 0;
  }

  /** A bound of the slope: near {@code x} for functions without a bound, anywhere for others. */
  private static double steepest(Unary operator, double x) {
    if (operator instanceof Unary.LeakyRelu leaky) {
      return Math.max(1, Math.abs(leaky.alpha()));
    } else if (operator instanceof Unary.Elu elu) {
      return Math.max(1, Math.abs(elu.alpha()));
    } else if (operator instanceof Unary.Selu selu) {
      return Math.abs(selu.gamma()) * Math.max(1, Math.abs(selu.alpha()));
    } else if (operator instanceof Unary.Sigmoid) {
      return 0.25;
    } else if (operator instanceof Unary.HardSigmoid hard) {
      return Math.abs(hard.alpha());
    } else if (operator instanceof Unary.HardSwish) {
      return 1.5;
    } else if (operator instanceof Unary.Gelu) {
      return GELU_SLOPE;
    } else if (operator instanceof Unary.Erf) {
      return 2 / Math.sqrt(Math.PI);
    } else if (operator instanceof Unary.Exp) {
      return Math.exp(x);
    } else if (operator instanceof Unary.Sqrt) {
      return 0.5 / Math.sqrt(x);
    }
    return 1;
  }
}
