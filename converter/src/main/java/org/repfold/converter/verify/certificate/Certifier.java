package org.repfold.converter.verify.certificate;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.fold.FoldObserver;
import org.repfold.converter.fold.FoldStep;
import org.repfold.converter.fold.Match;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphView;
import org.repfold.graph.Shape;

/**
 * Certifies each fold as it is applied, so that no weights need to be kept for it. Observes one
 * folding; not thread-safe.
 */
public final class Certifier implements FoldObserver {
  /** A second on one thread. */
  private static final long SOME_MULTIPLICATIONS = 300_000_000L;

  /** Half a minute on two threads. */
  private static final long MOST_MULTIPLICATIONS = 20_000_000_000L;

  private static final long MOST_BYTES = 256L << 20;

  /** How many nodes back relations between the values that a fold takes are looked for. */
  private static final int FURTHEST = 16;

  private final Prover prover;
  private final Map<String, Shape> shapes;
  private final List<Certificate> certificates = new ArrayList<>();
  private long nanoseconds;

  /** A certifier of the folds of a graph. */
  public Certifier(Graph source, Effort effort) {
    this(
        source,
        new Prover(
            effort == Effort.ALL ? MOST_MULTIPLICATIONS : SOME_MULTIPLICATIONS, MOST_BYTES, true));
  }

  Certifier(Graph source, Prover prover) {
    this.prover = prover;
    this.shapes = Samples.fewest(source);
  }

  @Override
  public void applying(FoldStep step, GraphView graph, Match.Replacement replacement) {
    long start = System.nanoTime();
    Neighbourhood fold = new Neighbourhood(graph, replacement);
    certificates.add(certify(fold));
    shapes.putAll(Samples.infer(fold.after(), shapes));
    nanoseconds += System.nanoTime() - start;
  }

  private Certificate certify(Neighbourhood fold) {
    Optional<Certificate> refuted = Optional.empty();
    for (int depth = 0; depth <= FURTHEST; depth++) {
      Prover.Answer answer = prover.compare(fold.before(), fold.after(), shapes);
      if (answer.differing() == 0) {
        return answer.certificate();
      } else if (answer.differing() == 1 && refuted.isEmpty()) {
        refuted = Optional.of(answer.certificate());
      }
      if (!fold.extend()) {
        return refuted.orElseGet(
            () ->
                answer.hasFunctions() && answer.isRefuted()
                    ? Certificate.sampled(
                        "it holds only if functions that are not linear are related: "
                            + answer.certificate().mismatch().describe())
                    : answer.certificate());
      }
    }
    return refuted.orElseGet(
        () ->
            Certificate.sampled(
                "it holds only if values that it takes are related, further back than "
                    + FURTHEST
                    + " nodes"));
  }

  /** The certificates so far. */
  public Certificates certificates() {
    return new Certificates(certificates, nanoseconds / 1e9);
  }
}
