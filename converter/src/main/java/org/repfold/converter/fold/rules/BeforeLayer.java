package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * Takes a scale and shift before a layer into its weights and bias: {@code W (s x + t) + b = (W s)
 * x + (W t + b)}.
 *
 * <p>Leaves to {@link BesideDenseLayer} what a dense layer's weights and bias cannot hold.
 */
final class BeforeLayer implements Absorber {

  @Override
  public Match absorb(GraphView graph, Scaled scaled, Node consumer) {
    Path path = Path.from(graph, consumer);
    String features = path.end(scaled.name());
    Optional<Layer> found;
    if (path.isEmpty()) {
      found = Layer.startingAt(graph, consumer);
    } else if (graph.hasSingleUse(features)) {
      found = Layer.startingAt(graph, graph.consumers(features).get(0));
    } else {
      return graph.consumers(features).stream().anyMatch(c -> Layer.at(graph, c).isPresent())
          ? Uses.refuse(graph, features, scaled.name())
          : Match.none();
    }
    if (found.isEmpty()) {
      return Match.none();
    }
    Layer layer = found.get();
    Optional<Affine> affine = path.forward(graph, scaled.affine());
    if (affine.isEmpty()) {
      return Match.refused(
          "'" + features + "' mixes what '" + scaled.name() + "' scales differently", features);
    }
    Optional<String> obstacle = Taken.obstacle(graph, layer, affine.get(), scaled.name());
    if (obstacle.isPresent()) {
      return layer.isDense() ? Match.none() : Match.refused(obstacle.get(), layer.node().name());
    }
    Taken taken = Taken.of(graph, layer, affine.get());
    if (!taken.scalesNothing() || !taken.shift().variesAtMostAlong(layer.axis())) {
      return Match.none();
    }
    List<Node> produced = new ArrayList<>(path.startingAt(scaled.source()));
    String input = produced.isEmpty() ? scaled.source() : features;
    int outputs = layer.linear(graph).outputs();
    produced.addAll(
        layer.with(graph, input, taken.weight(), taken.shift().vector(layer.axis(), outputs)));
    List<String> consumed = new ArrayList<>();
    path.nodes().forEach(node -> consumed.add(node.name()));
    layer.nodes(graph).forEach(node -> consumed.add(node.name()));
    return new Match.Replacement(
        consumed, produced, Map.of(layer.value(), produced.get(produced.size() - 1).name()));
  }
}
