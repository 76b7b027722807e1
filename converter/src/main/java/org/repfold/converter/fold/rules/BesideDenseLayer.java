package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * Moves what only scales and shifts before a dense layer behind it, together with what scales and
 * shifts there already: {@code u (W (s x + t) + b) + v = (u s) (W x) + (u (W t + b) + v)}, one
 * multiplication and one addition behind all that rearranges the layer's outputs.
 */
final class BesideDenseLayer implements Absorber {

  @Override
  public Match absorb(GraphView graph, Scaled scaled, Node consumer) {
    AffineRun before = AffineRun.from(graph, consumer, scaled.affine());
    String features = before.end(scaled.name());
    List<Node> users = before.isEmpty() ? List.of(consumer) : graph.consumers(features);
    if (users.stream()
        .noneMatch(user -> Layer.at(graph, user).filter(Layer::isDense).isPresent())) {
      return Match.none();
    }
    if (!before.isEmpty() && !graph.hasSingleUse(features)) {
      return Uses.refuse(graph, features, scaled.name());
    }
    Layer layer = Layer.at(graph, users.get(0)).orElseThrow();
    Optional<String> obstacle = Taken.obstacle(graph, layer, before.affine(), scaled.name());
    if (obstacle.isPresent()) {
      return Match.refused(obstacle.get(), layer.node().name());
    }
    Taken taken = Taken.of(graph, layer, before.affine());
    Affine left = new Affine(taken.scale(), taken.shift());
    AffineRun behind =
        graph.hasSingleUse(layer.value())
            ? AffineRun.from(graph, graph.consumers(layer.value()).get(0), left)
            : AffineRun.empty(left);
    String end = behind.end(layer.value());
    if (behind.affine().scale().rows() != 1 || behind.affine().shift().rows() != 1) {
      return Match.refused(
          "the outputs of '" + layer.node().name() + "' do not end as one map per sample", end);
    }
    List<String> consumed = new ArrayList<>();
    before.nodes().forEach(node -> consumed.add(node.name()));
    layer.nodes(graph).forEach(node -> consumed.add(node.name()));
    behind.nodes().forEach(node -> consumed.add(node.name()));
    List<Node> produced = new ArrayList<>(before.rearranging(scaled.source()));
    String input = last(produced, scaled.source());
    produced.addAll(layer.withoutBias(graph, input, taken.weight()));
    produced.addAll(behind.rearranging(last(produced, input)));
    produced.addAll(
        behind
            .affine()
            .nodes(
                graph,
                last(produced, input),
                graph.shape(end),
                graph.freshName(scaled.name() + "/scale"),
                graph.freshName(scaled.name() + "/shift")));
    return new Match.Replacement(consumed, produced, Map.of(end, last(produced, input)));
  }

  private static String last(List<Node> nodes, String otherwise) {
    return nodes.isEmpty() ? otherwise : nodes.get(nodes.size() - 1).name();
  }
}
