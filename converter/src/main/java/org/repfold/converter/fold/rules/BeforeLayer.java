package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * Takes a scale and shift before a layer into its weights and bias: {@code W (s x + t) + b = (W s)
 * x + (W t + b)}; where several layers take the value, perhaps rearranged, into all of them.
 *
 * <p>Leaves to {@link BesideDenseLayer} what a dense layer's weights and bias cannot hold.
 */
final class BeforeLayer implements Absorber {

  @Override
  public Match absorb(GraphView graph, Scaled scaled, Node consumer) {
    Path path = Path.from(graph, consumer);
    return path.isEmpty()
        ? Layer.startingAt(graph, consumer)
            .map(layer -> intoLayer(graph, scaled, layer))
            .orElseGet(Match::none)
        : behind(graph, scaled, path);
  }

  /** Into all that take the rearranged value. */
  private Match behind(GraphView graph, Scaled scaled, Path path) {
    String features = path.end(scaled.name());
    List<Node> takers = graph.consumers(features);
    if (takers.stream().noneMatch(taker -> leadsToLayer(graph, taker))) {
      return Match.none();
    } else if (graph.isOutput(features)) {
      return Uses.refuse(graph, features, scaled.name());
    }
    Optional<Affine> affine = path.forward(graph, scaled.affine());
    if (affine.isEmpty()) {
      return Match.refused(
          "'" + features + "' mixes what '" + scaled.name() + "' scales differently", features);
    }
    List<Match.Replacement> replacements = new ArrayList<>();
    for (Node taker : takers) {
      Match match = absorb(graph, new Scaled(scaled.name(), features, affine.get()), taker);
      if (match instanceof Match.Replacement replacement) {
        replacements.add(replacement);
      } else {
        return match instanceof Match.None && !leadsToLayer(graph, taker)
            ? Uses.refuse(graph, features, scaled.name())
            : match;
      }
    }
    List<String> consumed = path.nodes().stream().map(Node::name).toList();
    return Absorption.together(consumed, path.startingAt(scaled.source()), replacements);
  }

  private static boolean leadsToLayer(GraphView graph, Node taker) {
    return Layer.at(graph, taker).isPresent() || Path.carries(taker);
  }

  private static Match intoLayer(GraphView graph, Scaled scaled, Layer layer) {
    Optional<String> obstacle = Taken.obstacle(graph, layer, scaled.affine(), scaled.name());
    if (obstacle.isPresent()) {
      return layer.isDense() ? Match.none() : Match.refused(obstacle.get(), layer.node().name());
    }
    Taken taken = Taken.of(graph, layer, scaled.affine());
    if (!taken.scalesNothing() || !taken.shift().variesAtMostAlong(layer.axis())) {
      return Match.none();
    }
    int outputs = layer.linear(graph).outputs();
    double[] bias = taken.shift().vector(layer.axis(), outputs);
    List<Node> produced = layer.with(graph, scaled.source(), taken.weight(), bias);
    return Match.replace(layer.nodes(graph), produced);
  }
}
