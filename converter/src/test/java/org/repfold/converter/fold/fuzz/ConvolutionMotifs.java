package org.repfold.converter.fold.fuzz;

import java.util.ArrayList;
import java.util.List;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Window;

/** Motifs over maps {@code [N, C, H, W]}. */
final class ConvolutionMotifs {
  private ConvolutionMotifs() {}

  static List<Motif> all() {
    return List.of(
        new Motif("convolution and norm", 4, ConvolutionMotifs::convNorm),
        new Motif("norm and convolution", 4, ConvolutionMotifs::normConv),
        new Motif("branches", 4, ConvolutionMotifs::branches),
        new Motif("branches of one kind", 4, ConvolutionMotifs::plainBranches),
        new Motif("chain", 4, ConvolutionMotifs::chain),
        new Motif("transposed convolution", 4, ConvolutionMotifs::transposed),
        new Motif("average pool", 4, ConvolutionMotifs::averagePool),
        new Motif("norms around a pool", 4, ConvolutionMotifs::pooledNorm),
        new Motif("stacked", 4, ConvolutionMotifs::stacked),
        new Motif("affines", 4, ConvolutionMotifs::affines),
        new Motif("affine and convolution", 4, ConvolutionMotifs::affineConv),
        new Motif("gate", 4, ConvolutionMotifs::gate),
        new Motif("padding", 4, ConvolutionMotifs::padded));
  }

  private static String convNorm(RandomGraph g, String x) {
    String y = Layers.norm(g, Layers.maybeIdentity(g, Layers.conv(g, x)));
    return g.oneIn(3) ? Layers.activation(g, y) : y;
  }

  private static String normConv(RandomGraph g, String x) {
    return Layers.conv(g, Layers.maybeIdentity(g, Layers.norm(g, x)));
  }

  /** Branches whose windows end at the same size, summed in any order. */
  private static String branches(RandomGraph g, String x) {
    int out = g.oneIn(2) ? g.size(x, 1) : g.channels();
    int stride = g.oneIn(3) ? 2 : 1;
    int beyond = g.oneIn(4) ? 1 : 0;
    List<String> addends = new ArrayList<>();
    int count = 2 + g.random.nextInt(2);
    for (int i = 0; i < count; i++) {
      addends.add(branch(g, x, out, stride, beyond));
    }
    if (stride == 1 && beyond == 0 && out == g.size(x, 1) && g.oneIn(2)) {
      addends.add(Layers.maybeNorm(g, x));
    }
    if (g.oneIn(4)) {
      addends.add(addends.get(g.random.nextInt(addends.size())));
    }
    String sum = sum(g, addends);
    return g.oneIn(4) ? Layers.norm(g, sum) : sum;
  }

  private static String branch(RandomGraph g, String x, int out, int stride, int beyond) {
    String from = g.oneIn(6) ? Layers.norm(g, x) : x;
    return switch (g.random.nextInt(8)) {
      case 0 -> {
        String inner = Layers.maybeNorm(g, Layers.pointwise(g, from, g.channels()));
        yield Layers.maybeNorm(g, aligned(g, inner, out, stride, beyond));
      }
      case 1 -> {
        if (out != g.size(x, 1)) {
          yield Layers.maybeNorm(g, aligned(g, from, out, stride, beyond));
        }
        Window window = new Window(stride, stride, 1, 1, 1, 1, 1 + beyond, 1 + beyond);
        yield Layers.maybeNorm(g, g.add(new Pooling.AveragePool(3, 3, window, !g.oneIn(4)), from));
      }
      default -> Layers.maybeNorm(g, aligned(g, from, out, stride, beyond));
    };
  }

  /** A convolution whose padding is what its kernel reaches, and a bit more. */
  private static String aligned(RandomGraph g, String x, int out, int stride, int beyond) {
    int height = 1 + g.random.nextInt(4);
    int width = g.oneIn(2) ? height : 1 + g.random.nextInt(4);
    int dilationHeight = g.oneIn(4) ? 2 : 1;
    int dilationWidth = g.oneIn(4) ? 2 : 1;
    int reachDown = dilationHeight * (height - 1) + beyond;
    int reachRight = dilationWidth * (width - 1) + beyond;
    int top = g.oneIn(4) ? g.random.nextInt(reachDown + 1) : reachDown / 2;
    int left = g.oneIn(4) ? g.random.nextInt(reachRight + 1) : reachRight / 2;
    Window window =
        new Window(
            stride,
            stride,
            dilationHeight,
            dilationWidth,
            top,
            left,
            reachDown - top,
            reachRight - left);
    return Layers.conv(g, x, out, height, width, window);
  }

  private static String sum(RandomGraph g, List<String> values) {
    List<String> addends = new ArrayList<>(values);
    while (addends.size() > 1) {
      String left = addends.remove(g.random.nextInt(addends.size()));
      String right = addends.remove(g.random.nextInt(addends.size()));
      addends.add(Layers.maybeIdentity(g, g.add(new Operator.Add(), left, right)));
    }
    return addends.get(0);
  }

  /** As in RepVGG: kernels of 3 and 1 and the input itself, each normalised. */
  private static String plainBranches(RandomGraph g, String x) {
    int out = g.oneIn(3) ? g.channels() : g.size(x, 1);
    int group = g.oneIn(3) ? g.group(g.size(x, 1), out) : 1;
    List<String> addends = new ArrayList<>();
    addends.add(Layers.maybeNorm(g, Layers.conv(g, x, out, 3, 3, Window.padded(1), group)));
    addends.add(Layers.maybeNorm(g, Layers.conv(g, x, out, 1, 1, Window.unit(), group)));
    if (out == g.size(x, 1) && !g.oneIn(3)) {
      addends.add(Layers.maybeNorm(g, x));
    }
    return sum(g, addends);
  }

  /** Two convolutions, one behind the other, one of them mostly of one position. */
  private static String chain(RandomGraph g, String x) {
    boolean first = g.oneIn(2);
    String inner = first ? Layers.pointwise(g, x, g.channels()) : Layers.conv(g, x);
    if (g.oneIn(4)) {
      inner = Layers.norm(g, inner);
    }
    inner = Layers.maybeIdentity(g, inner);
    if (g.oneIn(8)) {
      return Layers.conv(g, inner);
    }
    Window window = g.oneIn(3) ? Window.padded(1) : Window.unit();
    int kernel = Layers.kernel(g);
    return first
        ? Layers.conv(g, inner, g.channels(), kernel, kernel, kernel == 1 ? Window.unit() : window)
        : Layers.pointwise(g, inner, g.channels());
  }

  private static String transposed(RandomGraph g, String x) {
    String from = g.oneIn(3) ? Layers.norm(g, x) : x;
    String y = Layers.convTranspose(g, from);
    return switch (g.random.nextInt(4)) {
      case 0 -> y;
      case 1 -> Layers.channelAffine(g, y);
      default -> Layers.norm(g, y);
    };
  }

  private static String averagePool(RandomGraph g, String x) {
    String from = g.oneIn(2) ? Layers.maybeNorm(g, Layers.conv(g, x)) : x;
    int height = 1 + g.random.nextInt(3);
    int width = 1 + g.random.nextInt(3);
    Window window =
        new Window(
            1 + g.random.nextInt(2),
            1 + g.random.nextInt(2),
            1,
            1,
            g.random.nextInt(height),
            g.random.nextInt(width),
            g.random.nextInt(height),
            g.random.nextInt(width));
    boolean unpadded = g.oneIn(2);
    String y =
        g.add(
            new Pooling.AveragePool(
                height,
                width,
                unpadded ? Window.strided(window.strideHeight(), window.strideWidth()) : window,
                g.oneIn(2)),
            from);
    return switch (g.random.nextInt(4)) {
      case 0 -> y;
      case 1 -> Layers.norm(g, y);
      case 2 -> Layers.conv(g, y);
      default -> Layers.pointwise(g, y, g.channels());
    };
  }

  private static String pooledNorm(RandomGraph g, String x) {
    String norm = g.oneIn(4) ? Layers.channelAffine(g, x) : Layers.norm(g, x);
    String y =
        switch (g.random.nextInt(6)) {
          case 0 -> g.add(new Pooling.MaxPool(2, 1, Window.unit()), norm);
          case 1 -> g.add(new Pooling.GlobalMaxPool(), norm);
          case 2 -> g.add(new Pooling.ReduceMean(List.of(2, 3), g.oneIn(2)), norm);
          default -> g.add(new Pooling.GlobalAveragePool(), norm);
        };
    if (g.oneIn(4)) {
      Layers.pointwise(g, norm, g.channels());
    }
    if (g.shape(y).rank() == 2 || g.oneIn(3)) {
      String flat = g.shape(y).rank() == 2 ? y : g.add(new Movement.Flatten(), y);
      return Layers.gemm(g, flat, g.channels());
    }
    return g.oneIn(3) ? Layers.norm(g, y) : Layers.pointwise(g, y, g.channels());
  }

  /** Convolutions of one value or of several, their channels one behind the other. */
  private static String stacked(RandomGraph g, String x) {
    int kernel = Layers.kernel(g);
    Window window = kernel == 3 ? Window.padded(1) : Window.unit();
    String first = Layers.maybeNorm(g, Layers.conv(g, x, g.channels(), kernel, kernel, window, 1));
    int second = g.oneIn(3) ? 1 : kernel;
    Window other = second == 3 ? Window.padded(1) : Window.unit();
    String from = g.oneIn(4) ? g.alike(x) : x;
    String next = Layers.maybeNorm(g, Layers.conv(g, from, g.channels(), second, second, other));
    String y = g.add(new Movement.Concat(1, 2), first, g.oneIn(6) ? x : next);
    return switch (g.random.nextInt(3)) {
      case 0 -> y;
      case 1 -> Layers.norm(g, y);
      default -> Layers.pointwise(g, y, g.channels());
    };
  }

  /** Scales and shifts, one behind the other. */
  private static String affines(RandomGraph g, String x) {
    String y = x;
    int count = 2 + g.random.nextInt(2);
    for (int i = 0; i < count; i++) {
      y =
          switch (g.random.nextInt(3)) {
            case 0 -> Layers.norm(g, y);
            case 1 -> Layers.channelAffine(g, y);
            default -> Layers.affine(g, y);
          };
    }
    return y;
  }

  private static String affineConv(RandomGraph g, String x) {
    if (g.oneIn(2)) {
      return Layers.conv(g, Layers.channelAffine(g, x));
    }
    String y = Layers.conv(g, x);
    return g.oneIn(3) ? Layers.affine(g, y) : Layers.channelAffine(g, y);
  }

  /** As the global perceptron: a factor per channel from the mean of each channel. */
  private static String gate(RandomGraph g, String x) {
    String norm = Layers.maybeNorm(g, x);
    String pool = g.add(new Pooling.GlobalAveragePool(), norm);
    String inner = Layers.activation(g, Layers.pointwise(g, pool, g.channels()));
    String gate = Layers.activation(g, Layers.pointwise(g, inner, g.size(norm, 1)));
    if (g.oneIn(2)) {
      String map = Layers.conv(g, norm, g.size(norm, 1), 1, 1, Window.unit());
      return g.add(new Operator.Mul(), g.oneIn(2) ? Layers.norm(g, map) : map, gate);
    }
    return g.add(new Operator.Mul(), gate, norm);
  }

  private static String padded(RandomGraph g, String x) {
    double filling = g.oneIn(3) ? 0.5 : 0;
    String pad =
        g.add(
            new Movement.Pad(
                List.of(0L, 0L, 1L, (long) g.random.nextInt(2)),
                List.of(0L, 0L, (long) g.random.nextInt(2), 1L),
                filling),
            Layers.maybeNorm(g, x));
    return Layers.maybeNorm(g, Layers.conv(g, pad));
  }
}
