package org.repfold.converter.fold.fuzz;

import java.util.List;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/** Motifs that take a whole map as one vector: dense layers over maps, as in RepMLP. */
final class MapMotifs {
  private MapMotifs() {}

  static List<Motif> all() {
    return List.of(
        new Motif("flattened norm", 4, MapMotifs::flattenedNorm),
        new Motif("shared dense layer", 4, MapMotifs::shared),
        new Motif("shared dense layer of parts", 4, MapMotifs::parts),
        new Motif("locality injection", 4, MapMotifs::injection),
        new Motif("tokens of a map", 4, MapMotifs::tokens),
        new Motif("normalised channels", 4, MapMotifs::normalisedChannels));
  }

  private static String flattenedNorm(RandomGraph g, String x) {
    String norm = g.oneIn(4) ? Layers.channelAffine(g, x) : Layers.maybeNorm(g, x);
    long features = g.shape(norm).product(1, 4);
    String flat =
        g.add(g.oneIn(2) ? new Movement.Flatten() : Movement.Reshape.to(-1, features), norm);
    String y = Layers.gemm(g, g.oneIn(4) ? Layers.norm(g, flat) : flat, g.channels());
    if (g.oneIn(6)) {
      Layers.activation(g, flat);
    }
    return g.oneIn(3) ? Layers.norm(g, y) : y;
  }

  /** As in RepMLPNet: channels share the weights of a dense layer over their maps. */
  private static String shared(RandomGraph g, String x) {
    String norm = g.oneIn(5) ? Layers.channelAffine(g, x) : Layers.maybeNorm(g, x);
    int channels = g.size(norm, 1);
    int sets = g.oneIn(2) ? channels : g.group(channels, channels);
    int height = g.size(norm, 2);
    int width = g.size(norm, 3);
    String parts =
        sets == channels && g.oneIn(2)
            ? norm
            : g.add(Movement.Reshape.to(-1, sets, height, width), norm);
    String sum = perceptrons(g, parts, sets);
    String merged = g.oneIn(5) ? sum : g.add(Movement.Reshape.to(-1, channels, height, width), sum);
    return g.oneIn(4) ? Layers.affine(g, merged) : merged;
  }

  /** The map cut into parts, each a sample of its own. */
  private static String parts(RandomGraph g, String x) {
    String norm = Layers.maybeNorm(g, x);
    int channels = g.size(norm, 1);
    int height = g.size(norm, 2);
    int width = g.size(norm, 3);
    int across = width % 2 == 0 ? 2 : 1;
    int down = height % 2 == 0 && g.oneIn(2) ? 2 : 1;
    int h = height / down;
    int w = width / across;
    int sets = g.oneIn(2) ? channels : g.group(channels, channels);
    String cut = g.add(Movement.Reshape.to(-1, channels, down, h, across, w), norm);
    String moved = g.add(Movement.Transpose.by(0, 2, 4, 1, 3, 5), cut);
    String parts = g.add(Movement.Reshape.to(-1, sets, h, w), moved);
    String sum = perceptrons(g, parts, sets);
    String split = g.add(Movement.Reshape.to(-1, down, across, channels, h, w), sum);
    String joined = g.add(Movement.Transpose.by(0, 3, 1, 4, 2, 5), split);
    return g.add(Movement.Reshape.to(-1, channels, height, width), joined);
  }

  /** A dense layer over the map of each part, and convolutions beside it. */
  private static String perceptrons(RandomGraph g, String parts, int sets) {
    long features = g.shape(parts).product(1, 4);
    int groups = g.oneIn(2) ? sets : g.group(sets, sets);
    String flat = g.add(Movement.Reshape.to(-1, features, 1, 1), parts);
    String dense = Layers.conv(g, flat, Math.toIntExact(features), 1, 1, Window.unit(), groups);
    String sum =
        Layers.maybeNorm(
            g, g.add(Movement.Reshape.to(-1, sets, g.size(parts, 2), g.size(parts, 3)), dense));
    for (int kernel = 1; kernel <= 3; kernel += 2) {
      if (g.oneIn(2)) {
        int group = g.oneIn(3) ? g.group(sets, sets) : groups;
        String conv = Layers.conv(g, parts, sets, kernel, kernel, Window.padded(kernel / 2), group);
        sum = g.add(new Operator.Add(), sum, Layers.maybeNorm(g, conv));
      }
    }
    return sum;
  }

  /** Convolutions of any window beside a dense layer over the same map, to the same size. */
  private static String injection(RandomGraph g, String x) {
    String conv =
        Layers.conv(g, x, g.channels(), Layers.kernel(g), Layers.kernel(g), Layers.window(g));
    Shape target = g.shape(conv);
    long from = g.shape(x).product(1, 4);
    int to = Math.toIntExact(target.product(1, 4));
    String dense;
    if (g.oneIn(2)) {
      String flat = g.add(new Movement.Flatten(), g.oneIn(5) ? g.alike(x) : x);
      dense = Layers.gemm(g, flat, to);
    } else {
      String flat = g.add(Movement.Reshape.to(-1, from, 1, 1), x);
      int group = g.group(g.size(x, 1), g.size(conv, 1));
      dense = Layers.conv(g, flat, to, 1, 1, Window.unit(), group);
    }
    String map =
        g.add(
            Movement.Reshape.to(-1, target.dimension(1), target.dimension(2), target.dimension(3)),
            dense);
    String sum = Layers.maybeNorm(g, map);
    if (g.oneIn(3)) {
      sum =
          g.add(new Operator.Add(), sum, ConvolutionMotifs.branch(g, x, target, new int[] {1, 1}));
    }
    String other = Layers.maybeNorm(g, conv);
    if (g.oneIn(8)) {
      Layers.activation(g, map);
    }
    return g.oneIn(2)
        ? g.add(new Operator.Add(), sum, other)
        : g.add(new Operator.Add(), other, sum);
  }

  /** A map as a sequence of tokens {@code [N, H W, C]}, as patch embeddings give it. */
  private static String tokens(RandomGraph g, String x) {
    String from = g.oneIn(2) ? Layers.conv(g, x) : x;
    int channels = g.size(from, 1);
    int positions = g.size(from, 2) * g.size(from, 3);
    String flat = g.add(Movement.Reshape.to(-1, channels, positions), from);
    String tokens = g.oneIn(4) ? flat : Layers.swapLastAxes(g, flat);
    return g.oneIn(2) ? Layers.dense(g, Layers.layerNorm(g, tokens), g.channels()) : tokens;
  }

  /** A map whose channels are normalised, and layers of all kinds that take it, as in CycleMLP. */
  private static String normalisedChannels(RandomGraph g, String x) {
    int channels = g.size(x, 1);
    String last = g.add(Movement.Transpose.by(0, 2, 3, 1), x);
    String norm = Layers.layerNorm(g, last);
    String map =
        g.oneIn(10) ? Layers.activation(g, norm) : g.add(Movement.Transpose.by(0, 3, 1, 2), norm);
    int out = g.channels();
    String sum = Layers.pointwise(g, map, out);
    int branches = g.random.nextInt(3);
    for (int i = 0; i < branches; i++) {
      int height = g.oneIn(2) ? 1 : 3;
      int width = 4 - height;
      Window window = new Window(1, 1, 1, 1, height / 2, width / 2, height / 2, width / 2);
      String branch =
          g.oneIn(2)
              ? Layers.conv(g, map, out, height, width, window)
              : Layers.pointwise(
                  g, Layers.conv(g, map, channels, height, width, window, channels), out);
      sum = g.add(new Operator.Add(), sum, g.oneIn(3) ? Layers.activation(g, branch) : branch);
    }
    return sum;
  }
}
