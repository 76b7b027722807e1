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
  private static final List<Motif> EXPORTED = ExportedMotifs.all();

  /** How many graphs there are to each that starts with a motif of exporters. */
  private static final int EXPORTS = 41;

  private Motifs() {}

  /**
   * The motif that a seed's graph starts with: all motifs with layers in turn, now and then one of
   * exporters.
   */
  static Motif first(long seed) {
    if (Math.floorMod(seed, EXPORTS) == EXPORTS - 1) {
      return EXPORTED.get((int) Math.floorMod(seed / EXPORTS, (long) EXPORTED.size()));
    }
    return LAYERS.get(Math.floorMod(seed, LAYERS.size()));
  }

  static Motif any(Random random) {
    int kind = random.nextInt(12);
    List<Motif> motifs = kind == 0 ? EXPORTED : kind <= 3 ? OTHERS : LAYERS;
    return motifs.get(random.nextInt(motifs.size()));
  }
}
