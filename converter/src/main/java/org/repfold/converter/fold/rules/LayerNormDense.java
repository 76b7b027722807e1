package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * The gain and shift of a LayerNormalization go into the dense layers over the normalised axes that
 * take its value; the LayerNormalization keeps its statistics, with gain 1 and no shift.
 *
 * <p>With gain {@code g} and shift {@code t}: {@code W'[o,i] = W[o,i] g[i]}, {@code b' = b + W t}
 * (the affine part of Ba, Kiros and Hinton 2016, equation 4, is a diagonal matrix and a bias before
 * another matrix). Also where a mean over the other axes, the tokens, stands between.
 *
 * <p>Refuses when something takes the value that is no such layer, when the value is an output of
 * the network, and when a layer without bias would have to add one over so many outputs that
 * nothing is gained.
 */
public final class LayerNormDense implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<Affine> affine = LayerNorms.affine(graph, node);
    if (affine.isEmpty()) {
      return Match.none();
    }
    if (graph.isOutput(node.name())) {
      return Match.refused("'" + node.name() + "' is also an output of the network", node.name());
    }
    Absorber.Scaled scaled = new Absorber.Scaled(node.name(), node.name(), affine.get());
    List<Match.Replacement> replacements = new ArrayList<>();
    for (Node consumer : graph.consumers(node.name())) {
      Match match = new BeforeLayer().absorb(graph, scaled, consumer);
      if (match instanceof Match.Refused) {
        return match;
      } else if (!(match instanceof Match.Replacement replacement)) {
        return Match.refused(
            "'"
                + consumer.name()
                + "' takes the output of '"
                + node.name()
                + "' and is no dense layer over the axes that it normalises",
            consumer.name());
      } else {
        replacements.add(replacement);
      }
    }
    Match.Replacement whole =
        Absorption.together(List.of(node.name()), List.of(LayerNorms.plain(node)), replacements);
    return Work.isLessAfter(graph, whole)
        ? whole
        : Match.refused(
            "the shift of '" + node.name() + "' would become a bias over more outputs than it has",
            node.name());
  }
}
