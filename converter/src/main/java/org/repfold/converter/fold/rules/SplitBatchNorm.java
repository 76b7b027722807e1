package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * A BatchNormalization, or scale and shift by constants, that several nodes take goes into each of
 * them, all at once: RepMLPNet's {@code prebn1}, which the global perceptron and the partition both
 * take. Each consumer is folded as by {@link BatchNormConv}, {@link ScaleShiftLinear} or {@link
 * AffineSharedDense}.
 *
 * <p>Refuses a BatchNormalization that some consumer cannot take in, since it would then have to
 * stay for that one.
 */
public final class SplitBatchNorm implements FoldRule {
  private static final List<Absorber> ABSORBERS =
      List.of(new BeforeLayer(), new BesideDenseLayer());

  @Override
  public Match match(GraphView graph, Node node) {
    List<Node> consumers = graph.consumers(node.name());
    Optional<Affine> affine = Affine.of(graph, node);
    if (affine.isEmpty() || graph.isOutput(node.name()) || consumers.size() < 2) {
      return Match.none();
    }
    String operand = Affine.operand(graph, node).orElseThrow();
    List<Match.Replacement> replacements = new ArrayList<>();
    for (int i = 0; i < consumers.size(); i++) {
      Absorber.Scaled scaled =
          new Absorber.Scaled(node.name() + "/" + (i + 1), operand, affine.get());
      Optional<Match.Replacement> replacement = absorbed(graph, scaled, consumers.get(i));
      if (replacement.isEmpty()) {
        return node.operator() instanceof Operator.BatchNormalization
            ? refused(consumers.get(i))
            : Match.none();
      }
      replacements.add(replacement.get());
    }
    Match.Replacement whole = Absorption.together(List.of(node.name()), List.of(), replacements);
    return Work.isLessAfter(graph, whole) ? whole : Match.none();
  }

  private static Optional<Match.Replacement> absorbed(
      GraphView graph, Absorber.Scaled scaled, Node consumer) {
    for (Absorber absorber : ABSORBERS) {
      if (absorber.absorb(graph, scaled, consumer) instanceof Match.Replacement replacement) {
        return Optional.of(replacement);
      }
    }
    return Optional.empty();
  }

  private static Match refused(Node consumer) {
    return Match.refused(
        "several nodes take the output, and it cannot be folded into '" + consumer.name() + "'",
        consumer.name());
  }
}
