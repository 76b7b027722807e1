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
 * another matrix). Also where the value is rearranged, or averaged over the other axes, the tokens.
 *
 * <p>Where some of these layers cannot take in the shift, as a convolution that pads with zeros,
 * all take in the gain alone: {@code g z + t = g (z + t / g)}, so that the LayerNormalization keeps
 * the shift {@code t / g} (CycleMLP's three branches, arXiv 2107.10224, section 3.3). Not where
 * some gain is 0.
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
    Match whole = takenIn(graph, LayerNorms.plain(node), affine.get());
    Field gain = affine.get().scale();
    if (whole instanceof Match.Refused
        && !affine.get().scalesNothing()
        && !affine.get().shiftsNothing()
        && gain.all(g -> g != 0)) {
      Affine scale = new Affine(gain, Field.all(0, gain.rank()));
      Match part = takenIn(graph, LayerNorms.divided(node), scale);
      return part instanceof Match.Replacement ? part : whole;
    }
    return whole;
  }

  /** The LayerNormalization {@code left}, and its consumers with what it no longer does. */
  private static Match takenIn(GraphView graph, Node left, Affine affine) {
    String norm = left.name();
    List<Match.Replacement> replacements = new ArrayList<>();
    for (Node consumer : graph.consumers(norm)) {
      Match match =
          new BeforeLayer().absorb(graph, new Absorber.Scaled(norm, norm, affine), consumer);
      if (match instanceof Match.Refused) {
        return match;
      } else if (!(match instanceof Match.Replacement replacement)) {
        return Match.refused(
            "'%s' takes the output of '%s' and is no dense layer over the axes that it normalises"
                .formatted(consumer.name(), norm),
            consumer.name());
      } else {
        replacements.add(replacement);
      }
    }
    Match.Replacement whole = Absorption.together(List.of(norm), List.of(left), replacements);
    return Work.isLessAfter(graph, whole)
        ? whole
        : Match.refused(
            "the shift of '" + norm + "' would become a bias over more outputs than it has", norm);
  }
}
