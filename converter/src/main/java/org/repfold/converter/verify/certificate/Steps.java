package org.repfold.converter.verify.certificate;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.repfold.graph.Graph;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** What each operator is as an affine function: the way back to each operand, and a shift. */
final class Steps {
  private final Graph graph;

  Steps(Graph graph) {
    this.graph = graph;
  }

  /**
   * What is added to the result's elements.
   *
   * @param magnitudes the sums of the absolute values of what the shifts were computed from
   */
  record Shift(double[] values, double[] magnitudes) {
    static Shift of(double... values) {
      return new Shift(values, Arrays.stream(values).map(Math::abs).toArray());
    }
  }

  /** One operand and the way back to it. */
  record Operand(String value, Pullback pullback) {}

  /** Whether the result has the same elements as the operand in the same order. */
  static boolean isSame(Operator operator) {
    return operator instanceof Operator.Identity
        || operator instanceof Movement.Reshape
        || operator instanceof Movement.Flatten;
  }

  /** Whether a constant is what a node multiplies its other operand by. */
  static boolean isFactor(Graph graph, Node node, String constant) {
    return multiplies(node.operator())
        && node.inputs().get(1 - multiplied(graph, node)).equals(constant)
        && !node.inputs().get(multiplied(graph, node)).equals(constant);
  }

  private static boolean multiplies(Operator operator) {
    return operator instanceof Operator.Mul
        || operator instanceof Operator.Div
        || operator instanceof Operator.MatMul;
  }

  /** Which operand of a product is not the constant factor. */
  private static int multiplied(Graph graph, Node node) {
    return graph.constant(node.inputs().get(1)).isPresent() ? 0 : 1;
  }

  /** The operands through which a node's value depends on the inputs, and how. */
  List<Operand> operands(Node node) {
    Operator operator = node.operator();
    Shape result = graph.shape(node.name());
    if (operator instanceof Operator.Constant) {
      return List.of();
    } else if (isSame(operator)) {
      return List.of(operand(node, 0, null));
    } else if (operator instanceof Operator.Add) {
      return List.of(broadcast(node, 0, null), broadcast(node, 1, null));
    } else if (operator instanceof Operator.Sub) {
      double[] minus = filled(result, -1);
      return List.of(broadcast(node, 0, null), broadcast(node, 1, minus));
    } else if (operator instanceof Operator.Mul || operator instanceof Operator.Div) {
      int operand = multiplied(graph, node);
      double[] weights = spread(node.inputs().get(1 - operand), result);
      if (operator instanceof Operator.Div) {
        Arrays.setAll(weights, i -> 1 / weights[i]);
      }
      return List.of(broadcast(node, operand, weights));
    } else if (operator instanceof Operator.MatMul) {
      int operand = multiplied(graph, node);
      Tensor constant = graph.constant(node.inputs().get(1 - operand)).orElseThrow();
      String value = node.inputs().get(operand);
      return List.of(
          new Operand(
              value, new MatMulPullback(constant, operand == 0, graph.shape(value), result)));
    } else if (operator instanceof Movement movement) {
      List<Shape> shapes = node.inputs().stream().map(graph::shape).toList();
      return IntStream.range(0, shapes.size())
          .mapToObj(i -> operand(node, i, Sources.of(movement, i, shapes, result)))
          .toList();
    }
    return List.of(new Operand(node.input(), pullback(node, graph.shape(node.input()), result)));
  }

  private Operand broadcast(Node node, int operand, double[] weights) {
    String value = node.inputs().get(operand);
    int[] sources = Sources.broadcast(graph.shape(value), graph.shape(node.name()));
    return new Operand(value, new Picks(sources, weights));
  }

  private static Operand operand(Node node, int operand, int[] sources) {
    return new Operand(node.inputs().get(operand), new Picks(sources, null));
  }

  private static Pullback pullback(Node node, Shape operand, Shape result) {
    Operator operator = node.operator();
    if (operator instanceof Operator.Conv conv) {
      return new ConvPullback(conv, operand, result);
    } else if (operator instanceof Operator.ConvTranspose conv) {
      return new ConvTransposePullback(conv, operand, result);
    } else if (operator instanceof Operator.Gemm gemm) {
      Shape weight = gemm.weight().shape();
      Tensor kernels =
          gemm.weight().reshape(Shape.of(weight.dimension(0), weight.dimension(1), 1, 1));
      return new ConvPullback(
          new Operator.Conv(kernels, Optional.empty(), Window.unit(), 1),
          Shape.of(operand.dimension(0), operand.dimension(1), 1, 1),
          Shape.of(result.dimension(0), result.dimension(1), 1, 1));
    } else if (operator instanceof Operator.BatchNormalization norm) {
      double[] scales = new double[norm.channels()];
      Arrays.setAll(scales, c -> scale(norm, c));
      return new Picks(null, perChannel(scales, result));
    } else if (operator instanceof Unary.Neg) {
      return new Picks(null, filled(result, -1));
    } else if (operator instanceof Pooling.AveragePool pool) {
      return new AveragePoolPullback(pool, operand, result);
    } else if (operator instanceof Pooling.GlobalAveragePool) {
      return new MeanPullback(operand, List.of(2, 3));
    } else if (operator instanceof Pooling.ReduceMean mean) {
      return new MeanPullback(operand, mean.axes());
    }
    throw new IllegalArgumentException("operator " + operator.type() + " is not affine");
  }

  /** What a node adds to its value whatever the inputs are. */
  Optional<Shift> shift(Node node) {
    Operator operator = node.operator();
    Shape result = graph.shape(node.name());
    if (operator instanceof Operator.Constant constant) {
      return Optional.of(Shift.of(constant.value().toDoubles()));
    } else if (operator instanceof Operator.Conv conv) {
      return conv.bias().map(bias -> Shift.of(perChannel(bias.toDoubles(), result)));
    } else if (operator instanceof Operator.ConvTranspose conv) {
      return conv.bias().map(bias -> Shift.of(perChannel(bias.toDoubles(), result)));
    } else if (operator instanceof Operator.Gemm gemm) {
      return gemm.bias().map(bias -> Shift.of(perChannel(bias.toDoubles(), result)));
    } else if (operator instanceof Operator.BatchNormalization norm) {
      return Optional.of(shift(norm, result));
    } else if (operator instanceof Movement.Pad pad && pad.value() != 0) {
      int[] sources = Sources.of(pad, 0, List.of(graph.shape(node.input())), result);
      return Optional.of(
          Shift.of(Arrays.stream(sources).mapToDouble(i -> i < 0 ? pad.value() : 0).toArray()));
    }
    return Optional.empty();
  }

  private static double scale(Operator.BatchNormalization norm, int channel) {
    return norm.scale().get(channel) / Math.sqrt(norm.variance().get(channel) + norm.epsilon());
  }

  private static Shift shift(Operator.BatchNormalization norm, Shape result) {
    double[] shifts = new double[norm.channels()];
    double[] magnitudes = new double[norm.channels()];
    for (int c = 0; c < shifts.length; c++) {
      double taken = norm.mean().get(c) * scale(norm, c);
      shifts[c] = norm.shift().get(c) - taken;
      magnitudes[c] = Math.abs(norm.shift().get(c)) + Math.abs(taken);
    }
    return new Shift(perChannel(shifts, result), perChannel(magnitudes, result));
  }

  private static double[] perChannel(double[] values, Shape shape) {
    int inner = Math.toIntExact(shape.product(2, shape.rank()));
    double[] spread = new double[Math.toIntExact(shape.elements())];
    Arrays.setAll(spread, i -> values[i / inner % values.length]);
    return spread;
  }

  private double[] spread(String constant, Shape shape) {
    Tensor tensor = graph.constant(constant).orElseThrow();
    int[] sources = Sources.broadcast(tensor.shape(), shape);
    double[] spread = new double[Math.toIntExact(shape.elements())];
    Arrays.setAll(spread, i -> tensor.get(sources == null ? i : sources[i]));
    return spread;
  }

  private static double[] filled(Shape shape, double value) {
    double[] filled = new double[Math.toIntExact(shape.elements())];
    Arrays.fill(filled, value);
    return filled;
  }
}
