package org.repfold.converter.fold.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.repfold.graph.BadInputException;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Unary;
import org.repfold.graph.Window;

/** Single layers with random parameters, from which the motifs are put together. */
final class Layers {
  private Layers() {}

  private static final List<Unary> ACTIVATIONS =
      List.of(
          new Unary.Relu(),
          new Unary.Relu(),
          new Unary.Sigmoid(),
          new Unary.Gelu(),
          new Unary.Tanh(),
          new Unary.LeakyRelu(0.1),
          new Unary.HardSwish(),
          new Unary.Clip(0, 6),
          new Unary.Neg());

  static String activation(RandomGraph g, String x) {
    return g.add(ACTIVATIONS.get(g.random.nextInt(ACTIVATIONS.size())), x);
  }

  static String norm(RandomGraph g, String x) {
    return g.add(g.parameters.batchNormalization(g.size(x, 1)), x);
  }

  static String maybeNorm(RandomGraph g, String x) {
    return g.oneIn(3) ? x : norm(g, x);
  }

  /** Now and then an Identity, which readers make of dropout. */
  static String maybeIdentity(RandomGraph g, String x) {
    return g.oneIn(8) ? g.add(new Operator.Identity(), x) : x;
  }

  /** Any convolution. */
  static String conv(RandomGraph g, String x) {
    return conv(g, x, g.channels(), kernel(g), kernel(g), g.oneIn(2) ? Window.unit() : window(g));
  }

  static String conv(RandomGraph g, String x, int out, int height, int width, Window window) {
    return conv(g, x, out, height, width, window, g.group(g.size(x, 1), out));
  }

  static String conv(
      RandomGraph g, String x, int out, int height, int width, Window window, int group) {
    return g.add(
        new Operator.Conv(
            g.parameters.weight(out, g.size(x, 1) / group, height, width),
            g.parameters.bias(out),
            window,
            group),
        x);
  }

  static String convTranspose(RandomGraph g, String x) {
    int out = g.channels();
    int group = g.group(g.size(x, 1), out);
    Tensor weight = g.parameters.weight(g.size(x, 1), out / group, kernel(g), kernel(g));
    Window window = g.oneIn(2) ? Window.unit() : window(g);
    return g.add(new Operator.ConvTranspose(weight, g.parameters.bias(out), window, group), x);
  }

  /** A convolution of one position: a dense layer of the channels. */
  static String pointwise(RandomGraph g, String x, int out) {
    return conv(g, x, out, 1, 1, Window.unit());
  }

  static int kernel(RandomGraph g) {
    return new int[] {1, 1, 2, 3, 3}[g.random.nextInt(5)];
  }

  static Window window(RandomGraph g) {
    return new Window(
        1 + g.random.nextInt(2),
        1 + g.random.nextInt(2),
        1 + g.random.nextInt(2),
        1 + g.random.nextInt(2),
        g.random.nextInt(2),
        g.random.nextInt(2),
        g.random.nextInt(2),
        g.random.nextInt(2));
  }

  /** A window that makes a map of another's height and width, padded as that needs. */
  static Window windowTo(
      RandomGraph g, Shape from, Shape target, int height, int width, int[] strides) {
    int down = g.oneIn(3) ? 2 : 1;
    int right = g.oneIn(3) ? 2 : 1;
    int vertical = padding(g, from.dimension(2), target.dimension(2), height, down, strides[0]);
    int horizontal = padding(g, from.dimension(3), target.dimension(3), width, right, strides[1]);
    int top = g.oneIn(3) ? g.random.nextInt(vertical + 1) : vertical / 2;
    int left = g.oneIn(3) ? g.random.nextInt(horizontal + 1) : horizontal / 2;
    return new Window(
        strides[0], strides[1], down, right, top, left, vertical - top, horizontal - left);
  }

  /** The padding of both sides of an axis. */
  private static int padding(
      RandomGraph g, long from, long to, int kernel, int dilation, int stride) {
    int needed = Math.toIntExact((to - 1) * stride + dilation * (kernel - 1) + 1 - from);
    if (needed + stride <= 0) {
      throw new BadInputException("map of " + from + ": expected at most what " + to + " reach");
    }
    return Math.max(0, needed + g.random.nextInt(stride));
  }

  /** A dense layer of {@code [N, I]}. */
  static String gemm(RandomGraph g, String x, int out) {
    return g.add(
        new Operator.Gemm(g.parameters.weight(out, g.size(x, 1)), g.parameters.bias(out)), x);
  }

  /** A dense layer of the last axis, as a matrix product with a constant. */
  static String dense(RandomGraph g, String x, int out) {
    String weight = g.add(new Operator.Constant(g.parameters.weight(g.size(x, -1), out)));
    String product = g.add(new Operator.MatMul(), x, weight);
    return g.oneIn(3) ? product : addConstant(g, product, out);
  }

  private static String addConstant(RandomGraph g, String x, long... shape) {
    String bias = g.add(new Operator.Constant(g.parameters.weight(shape)));
    return g.oneIn(4) ? g.add(new Operator.Add(), bias, x) : g.add(new Operator.Add(), x, bias);
  }

  static String layerNorm(RandomGraph g, String x) {
    int size = g.size(x, -1);
    Optional<Tensor> shift = g.oneIn(3) ? Optional.empty() : Optional.of(g.parameters.shift(size));
    return g.add(new Operator.LayerNormalization(g.parameters.scale(size), shift, 1e-3), x);
  }

  /** Scales or shifts by a constant of any shape that fits. */
  static String affine(RandomGraph g, String x) {
    return affine(g, x, g.random.nextInt(g.shape(x).rank() + 2));
  }

  /** Scales or shifts per channel: axis 1 of maps and vectors, the last axis of sequences. */
  static String channelAffine(RandomGraph g, String x) {
    return affine(g, x, 0);
  }

  private static String affine(RandomGraph g, String x, int kind) {
    Shape shape = g.shape(x);
    long[] sizes =
        switch (kind) {
          case 0 -> perChannel(g, shape);
          case 1 -> new long[0];
          default -> lastAxes(g, shape, kind - 1);
        };
    if (g.oneIn(10)) {
      String positive = g.add(new Unary.Clip(0.5, 2), x);
      String dividend = g.add(new Operator.Constant(g.parameters.weight(sizes)));
      return g.add(new Operator.Div(), dividend, positive);
    }
    if (g.oneIn(10)) {
      return g.add(new Operator.Div(), x, g.add(new Operator.Constant(g.parameters.weight(sizes))));
    }
    boolean scales = g.oneIn(2);
    String constant =
        g.add(
            new Operator.Constant(scales ? g.parameters.scale(sizes) : g.parameters.shift(sizes)));
    Operator operator =
        scales ? new Operator.Mul() : g.oneIn(4) ? new Operator.Sub() : new Operator.Add();
    return g.oneIn(4) ? g.add(operator, constant, x) : g.add(operator, x, constant);
  }

  private static long[] perChannel(RandomGraph g, Shape shape) {
    if (shape.rank() == 4) {
      long channels = shape.dimension(1);
      return g.oneIn(2) ? new long[] {channels, 1, 1} : new long[] {1, channels, 1, 1};
    }
    return new long[] {shape.dimension(-1)};
  }

  /**
   * Some of the last axes, the batch left out; now and then one that the value has not, or that is
   * longer than the value's.
   */
  private static long[] lastAxes(RandomGraph g, Shape shape, int axes) {
    int count = Math.min(axes, shape.rank() - 1);
    boolean grows = g.oneIn(6);
    long[] sizes = new long[count];
    for (int i = 0; i < count; i++) {
      long size = shape.dimension(shape.rank() - count + i);
      sizes[i] = size == 1 && grows ? 2 : size;
    }
    if (g.oneIn(40)) {
      long[] more = new long[shape.rank() + 1];
      Arrays.fill(more, 1);
      more[0] = 2;
      return more;
    }
    return sizes;
  }

  static String swapLastAxes(RandomGraph g, String x) {
    return g.add(Movement.Transpose.by(0, 2, 1), x);
  }
}
