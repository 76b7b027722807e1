package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;

/**
 * Builds graphs over tokens, {@code [N, T, C]}, as exporters write them: MatMul, Add, Transpose.
 */
final class Tokens {
  final GraphBuilder graph = new GraphBuilder();
  private final RandomOperators random;

  Tokens(RandomOperators random) {
    this.random = random;
  }

  /** An element-wise operator with a constant as its second operand. */
  String with(String name, Operator operator, String x, Tensor constant) {
    graph.add(name + ".constant", new Operator.Constant(constant));
    return graph.add(name, operator, x, name + ".constant");
  }

  String scaled(String name, String x, long... shape) {
    return with(name, new Operator.Mul(), x, random.tensor(shape));
  }

  String shifted(String name, String x, long... shape) {
    return with(name, new Operator.Add(), x, random.tensor(shape));
  }

  /** A dense layer over the last axis, without a bias. */
  String product(String name, String x, int in, int out) {
    graph.add(name + ".weight", new Operator.Constant(random.tensor(in, out)));
    return graph.add(name, new Operator.MatMul(), x, name + ".weight");
  }

  /** A dense layer over the last axis, with its bias: {@code NAME.product}, then {@code NAME}. */
  String dense(String name, String x, int in, int out) {
    return shifted(name, product(name + ".product", x, in, out), out);
  }

  String swapped(String name, String x) {
    return graph.add(name, new Movement.Transpose(List.of(0, 2, 1)), x);
  }

  String normalised(String name, String x, int channels) {
    return graph.add(
        name,
        new Operator.LayerNormalization(
            random.tensor(channels), Optional.of(random.tensor(channels)), 1e-6),
        x);
  }

  /** GELU as exporters write it, its root of two rounded to float32. */
  String gelu(String name, String x) {
    Tensor root = Tensor.of(Shape.of(), (double) (float) Math.sqrt(2));
    with(name + ".div", new Operator.Div(), x, root);
    graph.add(name + ".erf", new Unary.Erf(), name + ".div");
    with(name + ".sum", new Operator.Add(), name + ".erf", Tensor.of(Shape.of(), 1.0));
    graph.add(name + ".mul", new Operator.Mul(), x, name + ".sum");
    return with(name, new Operator.Mul(), name + ".mul", Tensor.of(Shape.of(), 0.5));
  }
}
