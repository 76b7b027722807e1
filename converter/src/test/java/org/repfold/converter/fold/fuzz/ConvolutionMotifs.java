package org.repfold.converter.fold.fuzz;

import java.util.ArrayList;
import java.util.List;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/** Motifs over maps {@code [N, C, H, W]}. */
final class ConvolutionMotifs {
  private ConvolutionMotifs() {}

  static List<Motif> all() {
    return List.of(
        new Motif("convolution and norm", 4, ConvolutionMotifs::convNorm),
        new Motif("norm and convolution", 4, ConvolutionMotifs::normConv),
        new Motif("branches", 4, ConvolutionMotifs::branches),
        new Motif("branches once more", 4, ConvolutionMotifs::branches),
        new Motif("branches of one kind", 4, ConvolutionMotifs::plainBranches),
        new Motif("chain", 4, ConvolutionMotifs::chain),
        new Motif("chain once more", 4, ConvolutionMotifs::chain),
        new Motif("transposed convolution", 4, ConvolutionMotifs::transposed),
        new Motif("average pool", 4, ConvolutionMotifs::averagePool),
        new Motif("norms around a pool", 4, ConvolutionMotifs::pooledNorm),
        new Motif("norms around a pool once more", 4, ConvolutionMotifs::pooledNorm),
        new Motif("stacked", 4, ConvolutionMotifs::stacked),
        new Motif("affines", 4, ConvolutionMotifs::affines),
        new Motif("affine and convolution", 4, ConvolutionMotifs::affineConv),
        new Motif("gate", 4, ConvolutionMotifs::gate),
        new Motif("norm of several layers", 4, ConvolutionMotifs::sharedNorm),
        new Motif("padding", 4, ConvolutionMotifs::padded));
  }

  private static String convNorm(RandomGraph g, String x) {
    String conv = Layers.maybeIdentity(g, Layers.conv(g, x));
    String y = Layers.norm(g, g.oneIn(6) ? Layers.activation(g, conv) : conv);
    return g.oneIn(3) ? Layers.activation(g, y) : y;
  }

  private static String normConv(RandomGraph g, String x) {
    return Layers.conv(g, Layers.maybeIdentity(g, Layers.norm(g, x)));
  }

  /** Branches of any windows that end at the same size, summed in any order. */
  private static String branches(RandomGraph g, String x) {
    int out = g.oneIn(2) ? g.size(x, 1) : g.channels();
    boolean sameSize = g.oneIn(2);
    int height = sameSize ? g.size(x, 2) : 1 + g.random.nextInt(g.size(x, 2) + 1);
    int width = sameSize ? g.size(x, 3) : 1 + g.random.nextInt(g.size(x, 3) + 1);
    Shape target = Shape.of(-1, out, height, width);
    int[] strides = {1, 1};
    if (!sameSize) {
      strides = new int[] {1 + g.random.nextInt(2), 1 + g.random.nextInt(2)};
    }
    List<String> addends = new ArrayList<>();
    int count = 2 + g.random.nextInt(2);
    for (int i = 0; i < count; i++) {
      addends.add(branch(g, x, target, g.oneIn(8) ? new int[] {1, 2} : strides));
    }
    if (g.shape(x).equals(target) && !g.oneIn(3)) {
      addends.add(affineOrNothing(g, x));
    }
    if (g.oneIn(4)) {
      addends.add(addends.get(g.random.nextInt(addends.size())));
    }
    String sum = sum(g, addends);
    return g.oneIn(4) ? Layers.norm(g, sum) : sum;
  }

  /** A branch of a sum from {@code x} to a map of the given shape. */
  static String branch(RandomGraph g, String x, Shape target, int[] strides) {
    String from = g.oneIn(8) ? Layers.norm(g, x) : x;
    if (g.oneIn(6)) {
      from = Layers.maybeNorm(g, Layers.pointwise(g, from, g.channels()));
    }
    int kernel = 1 + g.random.nextInt(4);
    int height = kernel;
    int width = g.oneIn(2) ? kernel : 1 + g.random.nextInt(4);
    Window window = Layers.windowTo(g, g.shape(from), target, height, width, strides);
    int out = Math.toIntExact(target.dimension(1));
    return Layers.maybeNorm(g, Layers.conv(g, from, out, height, width, window));
  }

  /** Up to two scales and shifts. */
  private static String affineOrNothing(RandomGraph g, String x) {
    String y = g.oneIn(2) ? Layers.norm(g, x) : x;
    return switch (g.random.nextInt(4)) {
      case 0 -> Layers.channelAffine(g, y);
      case 1 -> Layers.affine(g, y);
      default -> y;
    };
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

  /** As in RepVGG and DiverseBranchBlock: branches that reach one step to each side at most. */
  private static String plainBranches(RandomGraph g, String x) {
    int stride = g.oneIn(4) ? 2 : 1;
    int out = g.oneIn(3) ? g.channels() : g.size(x, 1);
    int group = g.oneIn(3) ? g.group(g.size(x, 1), out) : 1;
    Window wide = new Window(stride, stride, 1, 1, 1, 1, 1, 1);
    Window narrow = Window.strided(stride, stride);
    List<String> addends = new ArrayList<>();
    addends.add(Layers.maybeNorm(g, Layers.conv(g, x, out, 3, 3, wide, group)));
    if (g.oneIn(2)) {
      addends.add(Layers.maybeNorm(g, Layers.conv(g, x, out, 1, 1, narrow, group)));
    }
    if (g.oneIn(3)) {
      String inner = Layers.maybeNorm(g, Layers.pointwise(g, x, g.channels()));
      addends.add(Layers.maybeNorm(g, Layers.conv(g, inner, out, 3, 3, wide)));
    }
    if (g.oneIn(2)) {
      String from =
          out == g.size(x, 1) && !g.oneIn(3) ? x : Layers.maybeNorm(g, Layers.pointwise(g, x, out));
      Pooling pool = new Pooling.AveragePool(3, 3, wide, !g.oneIn(3));
      addends.add(affineOrNothing(g, g.add(pool, from)));
    }
    if (stride == 1 && out == g.size(x, 1) && g.oneIn(2)) {
      addends.add(affineOrNothing(g, x));
    }
    return sum(g, addends);
  }

  /** Two convolutions, one behind the other; mostly one instead of both would be less work. */
  private static String chain(RandomGraph g, String x) {
    if (g.oneIn(4)) {
      String narrow = Layers.conv(g, x, 1, 3, 2, Window.padded(1));
      return Layers.conv(g, narrow, 12, 2, 2, Window.unit());
    }
    int middle = g.oneIn(2) ? 8 : g.channels();
    String inner = g.oneIn(3) ? Layers.pointwise(g, x, middle) : chained(g, x, middle);
    if (g.oneIn(5)) {
      inner = Layers.norm(g, inner);
    }
    inner = Layers.maybeIdentity(g, inner);
    if (g.oneIn(8)) {
      Layers.activation(g, inner);
    }
    int out = 1 + g.random.nextInt(3);
    String y = g.oneIn(3) ? Layers.pointwise(g, inner, out) : chained(g, inner, out);
    return g.oneIn(4) ? Layers.norm(g, y) : y;
  }

  private static String chained(RandomGraph g, String x, int out) {
    Window window =
        switch (g.random.nextInt(4)) {
          case 0 -> Window.unit();
          case 1 -> Window.strided(2, 2);
          case 2 -> Window.strided(1 + g.random.nextInt(2), 1 + g.random.nextInt(2));
          default -> Layers.window(g);
        };
    int width = 1 + g.random.nextInt(2);
    return Layers.conv(g, x, out, Layers.kernel(g), width, window);
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
    String from =
        switch (g.random.nextInt(4)) {
          case 0 -> x;
          case 1 -> Layers.maybeNorm(g, Layers.conv(g, x));
          default -> Layers.pointwise(g, x, g.channels());
        };
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
    boolean unpadded = g.oneIn(3);
    String y =
        g.add(
            new Pooling.AveragePool(
                height,
                width,
                unpadded ? Window.strided(window.strideHeight(), window.strideWidth()) : window,
                g.oneIn(2)),
            from);
    return switch (g.random.nextInt(6)) {
      case 0 -> Layers.norm(g, y);
      case 1 -> Layers.conv(g, y);
      case 2, 3 -> y;
      default -> Layers.pointwise(g, y, g.channels());
    };
  }

  private static String pooledNorm(RandomGraph g, String x) {
    String norm = g.oneIn(2) ? Layers.affine(g, x) : Layers.norm(g, x);
    String y =
        switch (g.random.nextInt(6)) {
          case 0 -> g.add(new Pooling.MaxPool(3, 3, Window.padded(1)), norm);
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
    return switch (g.random.nextInt(3)) {
      case 0 -> Layers.norm(g, y);
      case 1 -> Layers.activation(g, y);
      default -> Layers.pointwise(g, y, g.channels());
    };
  }

  /** Convolutions of one value or of several, their channels one behind the other. */
  private static String stacked(RandomGraph g, String x) {
    int kernel = Layers.kernel(g);
    Window window = kernel == 3 ? Window.padded(1) : Window.unit();
    boolean isDepthwise = g.oneIn(4);
    int channels = isDepthwise ? g.size(x, 1) : g.channels();
    int group = isDepthwise ? channels : g.oneIn(3) ? g.group(g.size(x, 1), channels) : 1;
    String first = Layers.maybeNorm(g, Layers.conv(g, x, channels, kernel, kernel, window, group));
    String from = g.oneIn(4) ? Layers.activation(g, x) : x;
    Window other =
        g.oneIn(3)
            ? Layers.windowTo(g, g.shape(from), g.shape(first), kernel, kernel, new int[] {1, 1})
            : window;
    String next = Layers.maybeNorm(g, Layers.conv(g, from, channels, kernel, kernel, other, group));
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
      return Layers.conv(g, g.oneIn(3) ? Layers.affine(g, x) : Layers.channelAffine(g, x));
    }
    String y = Layers.conv(g, x);
    return g.oneIn(3) ? Layers.affine(g, y) : Layers.channelAffine(g, y);
  }

  /** A scale and shift that several layers take, and mostly nothing but them. */
  private static String sharedNorm(RandomGraph g, String x) {
    String norm = g.oneIn(4) ? Layers.channelAffine(g, x) : Layers.norm(g, x);
    if (g.oneIn(4)) {
      g.output(norm);
    }
    if (g.oneIn(3)) {
      Layers.pointwise(g, g.add(new Pooling.GlobalAveragePool(), norm), g.channels());
    }
    Layers.pointwise(g, norm, g.channels());
    int kernel = Layers.kernel(g);
    return Layers.conv(g, norm, g.channels(), kernel, kernel, Window.unit());
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
    if (g.oneIn(6)) {
      g.output(pad);
    }
    if (g.oneIn(3)) {
      Window window = g.oneIn(2) ? Window.unit() : Window.padded(1);
      return g.add(new Pooling.AveragePool(3, 3, window, g.oneIn(2)), pad);
    }
    return Layers.maybeNorm(g, Layers.conv(g, pad));
  }
}
