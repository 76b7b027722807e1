package org.repfold.converter.fold.fuzz;

import java.util.List;
import org.repfold.graph.Movement;
import org.repfold.graph.Operator;

/** Motifs over vectors {@code [N, F]} and sequences {@code [N, T, C]}. */
final class DenseMotifs {
  private DenseMotifs() {}

  static List<Motif> all() {
    return List.of(
        new Motif("dense layer and norm", 2, DenseMotifs::denseNorm),
        new Motif("norm and dense layer", 2, DenseMotifs::normDense),
        new Motif("dense layer to a map", 2, DenseMotifs::denseToMap),
        new Motif("dense chain", 2, DenseMotifs::chain),
        new Motif("parallel dense layers", 2, DenseMotifs::parallel),
        new Motif("affines of vectors", 2, DenseMotifs::affines),
        new Motif("layer norm and dense layers", 3, DenseMotifs::layerNormDense),
        new Motif("last axis", 3, DenseMotifs::lastAxis),
        new Motif("last axis once more", 3, DenseMotifs::lastAxis),
        new Motif("token mixing", 3, DenseMotifs::tokenMixing),
        new Motif("token mixing from the left", 3, DenseMotifs::mixingFromTheLeft),
        new Motif("spatial gate", 3, DenseMotifs::spatialGate),
        new Motif("spatial gate once more", 3, DenseMotifs::spatialGate),
        new Motif("affines of sequences", 3, DenseMotifs::affines));
  }

  private static String denseNorm(RandomGraph g, String x) {
    String y = Layers.maybeIdentity(g, Layers.gemm(g, x, 2 + g.random.nextInt(5)));
    if (g.oneIn(8)) {
      return Layers.norm(g, Layers.activation(g, y));
    }
    String z = g.oneIn(3) ? Layers.channelAffine(g, y) : Layers.norm(g, y);
    return g.oneIn(3) ? Layers.activation(g, z) : z;
  }

  private static String normDense(RandomGraph g, String x) {
    String y =
        switch (g.random.nextInt(4)) {
          case 0 -> Layers.layerNorm(g, x);
          case 1 -> Layers.channelAffine(g, x);
          default -> Layers.norm(g, x);
        };
    return g.oneIn(3) ? Layers.dense(g, y, g.channels()) : Layers.gemm(g, y, g.channels());
  }

  private static String denseToMap(RandomGraph g, String x) {
    int channels = g.channels();
    int height = 1 + g.random.nextInt(2);
    int width = 1 + g.random.nextInt(3);
    String y = Layers.gemm(g, x, channels * height * width);
    String map = g.add(Movement.Reshape.to(-1, channels, height, width), y);
    return g.oneIn(3) ? Layers.channelAffine(g, map) : Layers.norm(g, map);
  }

  /** Two dense layers, one behind the other, through many features or through few. */
  private static String chain(RandomGraph g, String x) {
    boolean isNarrow = g.oneIn(2);
    String y = Layers.gemm(g, x, isNarrow ? 1 : 2 + g.random.nextInt(5));
    String z = g.oneIn(4) ? Layers.activation(g, y) : Layers.maybeIdentity(g, y);
    return Layers.gemm(g, z, isNarrow ? 12 : 1 + g.random.nextInt(5));
  }

  private static String parallel(RandomGraph g, String x) {
    int out = g.oneIn(2) ? g.size(x, 1) : g.channels();
    String first = Layers.maybeNorm(g, Layers.gemm(g, x, out));
    String from = g.oneIn(5) ? Layers.activation(g, x) : x;
    if (g.oneIn(3)) {
      String second = Layers.maybeNorm(g, Layers.gemm(g, from, g.channels()));
      return g.add(new Movement.Concat(1, 2), first, second);
    }
    String second = Layers.maybeNorm(g, Layers.gemm(g, from, out));
    String sum = g.add(new Operator.Add(), first, second);
    if (out != g.size(x, 1) || g.oneIn(3)) {
      return sum;
    }
    String self = g.oneIn(2) ? Layers.norm(g, x) : x;
    return g.add(new Operator.Add(), sum, g.oneIn(3) ? Layers.affine(g, self) : self);
  }

  private static String affines(RandomGraph g, String x) {
    String y = x;
    int count = 2 + g.random.nextInt(2);
    for (int i = 0; i < count; i++) {
      y = g.oneIn(3) ? Layers.norm(g, y) : Layers.affine(g, y);
    }
    return y;
  }

  private static String layerNormDense(RandomGraph g, String x) {
    String norm = Layers.layerNorm(g, x);
    String y = Layers.dense(g, norm, g.channels());
    if (g.oneIn(3)) {
      Layers.dense(g, norm, g.channels());
    }
    if (g.oneIn(5)) {
      Layers.activation(g, norm);
    }
    return y;
  }

  /** Dense layers of the last axis, scaled, normalised, summed or one behind the other. */
  private static String lastAxis(RandomGraph g, String x) {
    int channels = g.size(x, 2);
    String y = Layers.maybeIdentity(g, Layers.dense(g, x, channels));
    return switch (g.random.nextInt(7)) {
      case 0 -> g.add(new Operator.Add(), x, Layers.channelAffine(g, y));
      case 1 -> Layers.dense(g, y, g.channels());
      case 2 -> g.add(new Operator.Add(), y, Layers.dense(g, x, channels));
      case 3, 6 ->
          g.add(
              new Movement.Concat(1 + g.random.nextInt(2), 2),
              y,
              Layers.dense(g, g.oneIn(4) ? Layers.activation(g, x) : x, channels));
      case 4 -> g.add(new Operator.Add(), y, Layers.affine(g, x));
      default -> Layers.dense(g, Layers.channelAffine(g, x), channels);
    };
  }

  /** As in ResMLP: scaled and shifted per channel, a dense layer over the tokens, scaled. */
  private static String tokenMixing(RandomGraph g, String x) {
    String y =
        switch (g.random.nextInt(4)) {
          case 0 -> Layers.channelAffine(g, Layers.channelAffine(g, x));
          case 1 -> Layers.affine(g, x);
          case 2 -> Layers.layerNorm(g, x);
          default -> Layers.channelAffine(g, x);
        };
    String swapped = Layers.swapLastAxes(g, y);
    String mixed = Layers.dense(g, swapped, g.oneIn(4) ? g.channels() : g.size(swapped, 2));
    String back = Layers.swapLastAxes(g, mixed);
    String scaled = g.oneIn(3) ? back : Layers.channelAffine(g, back);
    return g.shape(scaled).equals(g.shape(x)) && g.oneIn(2)
        ? g.add(new Operator.Add(), x, scaled)
        : scaled;
  }

  private static String mixingFromTheLeft(RandomGraph g, String x) {
    int tokens = g.size(x, 1);
    String y = g.oneIn(2) ? Layers.channelAffine(g, x) : Layers.affine(g, x);
    String weight = g.add(new Operator.Constant(g.parameters.weight(tokens, tokens)));
    String mixed = g.add(new Operator.MatMul(), weight, y);
    if (g.oneIn(3)) {
      String other = Layers.dense(g, y, g.size(y, 2));
      return g.oneIn(2)
          ? g.add(new Operator.Add(), mixed, other)
          : Layers.dense(g, mixed, g.channels());
    }
    return g.oneIn(2) ? Layers.affine(g, mixed) : Layers.channelAffine(g, mixed);
  }

  /** As in gMLP: half of the channels times the other half, normalised and mixed over tokens. */
  private static String spatialGate(RandomGraph g, String x) {
    int half = g.size(x, 2) / 2;
    String u = g.add(new Movement.Slice(2, 0, half), x);
    String v = Layers.layerNorm(g, g.add(new Movement.Slice(2, half, 2L * half), x));
    String mixed;
    if (g.oneIn(3)) {
      int tokens = g.size(x, 1);
      String weight = g.add(new Operator.Constant(g.parameters.weight(tokens, tokens)));
      String product = g.add(new Operator.MatMul(), weight, v);
      String bias = g.add(new Operator.Constant(g.parameters.weight(tokens, 1)));
      mixed = g.oneIn(4) ? product : g.add(new Operator.Add(), product, bias);
    } else {
      String swapped = Layers.swapLastAxes(g, v);
      mixed = Layers.swapLastAxes(g, Layers.dense(g, swapped, g.size(swapped, 2)));
    }
    Operator joins = g.oneIn(4) ? new Operator.Add() : new Operator.Mul();
    String gated = g.oneIn(2) ? g.add(joins, u, mixed) : g.add(joins, mixed, u);
    if (g.oneIn(6)) {
      Layers.activation(g, gated);
    }
    if (g.oneIn(4)) {
      Layers.activation(g, v);
    }
    return g.oneIn(6) ? gated : Layers.dense(g, gated, g.channels());
  }
}
