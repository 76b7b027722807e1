package org.repfold.converter.fold;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.List;
import org.repfold.converter.verify.certificate.Certificate;
import org.repfold.converter.verify.certificate.Certifier;
import org.repfold.converter.verify.certificate.Effort;
import org.repfold.graph.Graph;

/**
 * Folding that asked for a certificate of each fold.
 *
 * @param certificates one for each step
 */
public record Certified(Folding folding, List<Certificate> certificates) {

  public static Certified fold(Graph graph, List<FoldRule> rules) {
    Certifier certifier = new Certifier(graph, Effort.ALL);
    Folding folding = new Folder(rules).apply(graph, certifier);
    return new Certified(folding, certifier.certificates().folds());
  }

  /** Fails if the two sides of a fold are not the same function. */
  public void assertNoneRefuted() {
    for (int i = 0; i < certificates.size(); i++) {
      Certificate certificate = certificates.get(i);
      int step = i;
      assertNotEquals(
          Certificate.Outcome.REFUTED,
          certificate.outcome(),
          () -> folding.steps().get(step) + ": " + certificate.mismatch().describe());
    }
  }
}
