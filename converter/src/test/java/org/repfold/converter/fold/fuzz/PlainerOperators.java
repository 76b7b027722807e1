package org.repfold.converter.fold.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** Operators and tensors that are easier to read than given ones. */
final class PlainerOperators {
  private PlainerOperators() {}

  static List<Operator> of(Operator operator) {
    List<Operator> plainer = new ArrayList<>();
    if (operator instanceof Operator.Conv conv) {
      int group = conv.group();
      plainer.add(new Operator.Conv(conv.weight(), Optional.empty(), conv.window(), group));
      windows(conv.window())
          .forEach(w -> plainer.add(new Operator.Conv(conv.weight(), conv.bias(), w, group)));
      for (Tensor kernel : kernels(conv.weight())) {
        plainer.add(new Operator.Conv(kernel, conv.bias(), conv.window(), group));
        windows(conv.window())
            .forEach(w -> plainer.add(new Operator.Conv(kernel, conv.bias(), w, group)));
      }
    } else if (operator instanceof Operator.ConvTranspose conv) {
      int group = conv.group();
      plainer.add(
          new Operator.ConvTranspose(conv.weight(), Optional.empty(), conv.window(), group));
      windows(conv.window())
          .forEach(
              w -> plainer.add(new Operator.ConvTranspose(conv.weight(), conv.bias(), w, group)));
      kernels(conv.weight())
          .forEach(
              k -> plainer.add(new Operator.ConvTranspose(k, conv.bias(), conv.window(), group)));
    } else if (operator instanceof Operator.Gemm gemm) {
      plainer.add(new Operator.Gemm(gemm.weight(), Optional.empty()));
    } else if (operator instanceof Operator.LayerNormalization norm) {
      plainer.add(new Operator.LayerNormalization(norm.scale(), Optional.empty(), norm.epsilon()));
    } else if (operator instanceof Operator.BatchNormalization norm) {
      plainer.add(
          new Operator.BatchNormalization(
              norm.scale(), norm.shift(), norm.mean(), changed(norm.variance(), any -> 1), 0));
    } else if (operator instanceof Unary) {
      plainer.add(new Unary.Relu());
    }
    return plainer;
  }

  /** One setting of the window at its plainest. */
  private static Stream<Window> windows(Window w) {
    return Stream.of(
            Window.unit(),
            window(w, 0, 1),
            window(w, 1, 1),
            window(w, 2, 1),
            window(w, 3, 1),
            window(w, 4, 0),
            window(w, 5, 0),
            window(w, 6, 0),
            window(w, 7, 0))
        .filter(plainer -> !plainer.equals(w));
  }

  private static Window window(Window w, int index, int value) {
    int[] s = {
      w.strideHeight(),
      w.strideWidth(),
      w.dilationHeight(),
      w.dilationWidth(),
      w.padTop(),
      w.padLeft(),
      w.padBottom(),
      w.padRight()
    };
    s[index] = value;
    return new Window(s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]);
  }

  /** The kernels without their last row or column. */
  private static List<Tensor> kernels(Tensor weight) {
    List<Tensor> smaller = new ArrayList<>();
    for (int axis = 2; axis < 4; axis++) {
      long size = weight.shape().dimension(axis);
      if (size > 1) {
        smaller.add(Resized.cut(weight, weight.shape().with(axis, size - 1)));
      }
    }
    return smaller;
  }

  /** The tensor with all elements plainer, then with one. */
  static Stream<Tensor> plainer(Tensor tensor) {
    Stream<Tensor> all =
        Stream.<DoubleUnaryOperator>of(any -> 0, any -> 1, PlainerOperators::whole)
            .map(change -> changed(tensor, change));
    Stream<Tensor> one =
        IntStream.range(0, tensor.size())
            .boxed()
            .flatMap(i -> Stream.of(0.0, 1.0, whole(tensor.get(i))).map(v -> with(tensor, i, v)));
    return Stream.concat(all, one);
  }

  private static double whole(double number) {
    double magnitude = Math.min(Math.max(1, Math.rint(Math.abs(number))), 3);
    return Math.copySign(magnitude, number);
  }

  private static Tensor changed(Tensor tensor, DoubleUnaryOperator change) {
    return Tensor.of(tensor.shape(), Arrays.stream(tensor.toDoubles()).map(change).toArray());
  }

  private static Tensor with(Tensor tensor, int index, double number) {
    Shape shape = tensor.shape();
    double[] elements = tensor.toDoubles();
    elements[index] = number;
    return Tensor.of(shape, elements);
  }
}
