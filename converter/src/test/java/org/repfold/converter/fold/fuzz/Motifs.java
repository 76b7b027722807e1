package org.repfold.converter.fold.fuzz;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** All motifs of random graphs. */
final class Motifs {
  private static final List<Motif> LAYERS =
      Stream.of(ConvolutionMotifs.all(), DenseMotifs.all(), MapMotifs.all())
          .flatMap(List::stream)
          .toList();
  private static final List<Motif> OTHERS = OtherMotifs.all();

  private Motifs() {}

  /** The motif that a seed's graph starts with: all motifs with layers in turn. */
  static Motif first(long seed) {
    return LAYERS.get(Math.floorMod(seed, LAYERS.size()));
  }

  static Motif any(Random random) {
    List<Motif> motifs = random.nextInt(3) == 0 ? OTHERS : LAYERS;
    return motifs.get(random.nextInt(motifs.size()));
  }
}
