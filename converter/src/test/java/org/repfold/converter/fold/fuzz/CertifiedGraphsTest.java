package org.repfold.converter.fold.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.Certified;
import org.repfold.converter.fold.FoldRules;
import org.repfold.converter.lower.Lowering;
import org.repfold.converter.verify.certificate.Certificate;
import org.repfold.graph.Graph;

/** How many of the folds of graphs that nobody designed are proved. */
class CertifiedGraphsTest {
  private static final int GRAPHS = 300;

  /** They rest on what a certain function is: a product of two values, GELU, the largest of one. */
  private static final Set<String> NOT_ALWAYS_PROVABLE =
      Set.of("GatingNormSpatialProjection", "ErfGelu", "RemoveIdentity");

  @Test
  void everyFoldOfAnAffinePartIsCertified() {
    int certified = 0;
    Set<String> sampled = new TreeSet<>();
    for (long seed = 0; seed < GRAPHS; seed++) {
      Graph graph = RandomGraph.of(seed);
      Certified folds = Certified.fold(graph, FoldRules.all());
      certified += certified(folds, sampled);
      certified += certified(Certified.fold(folds.folding().folded(), Lowering.all()), sampled);
    }
    sampled.removeIf(fold -> NOT_ALWAYS_PROVABLE.stream().anyMatch(fold::startsWith));

    assertEquals(Set.of(), sampled);
    assertTrue(certified > 3 * GRAPHS, certified + " folds certified");
  }

  private static int certified(Certified folds, Set<String> sampled) {
    folds.assertNoneRefuted();
    int certified = 0;
    for (int i = 0; i < folds.certificates().size(); i++) {
      Certificate certificate = folds.certificates().get(i);
      if (certificate.outcome() == Certificate.Outcome.SAMPLED) {
        sampled.add(folds.folding().steps().get(i).rule() + ": " + certificate.reason());
      } else {
        certified++;
      }
    }
    return certified;
  }
}
