package org.repfold.converter.fold.fuzz;

import java.util.List;
import java.util.stream.Stream;

/** All motifs of random graphs. */
final class Motifs {
  private static final List<Motif> ALL =
      Stream.of(ConvolutionMotifs.all(), DenseMotifs.all(), MapMotifs.all(), OtherMotifs.all())
          .flatMap(List::stream)
          .toList();

  private Motifs() {}

  static List<Motif> all() {
    return ALL;
  }
}
