package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/**
 * A dense layer whose outputs are laid out as a map, {@code [N, C H W]} to {@code [N, C, H, W]},
 * and then normalised becomes the layer, the normalisation of {@code C H W} channels (each of the
 * map's repeated {@code H W} times), and the layout. The normalisation can then fold into the
 * layer. This is how BN behind RepMLP's FC3 folds (RepMLP, section 3.3).
 *
 * <p>Refuses when something else also takes the layer's output or the map.
 */
public final class ReshapeBatchNorm implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.BatchNormalization norm)) {
      return Match.none();
    }
    Optional<Node> reshape = graph.find(node.input(), Movement.Reshape.class);
    Optional<Node> layer =
        reshape.flatMap(r -> graph.find(r.input())).filter(l -> Linear.of(l).isPresent());
    if (layer.isEmpty()) {
      return Match.none();
    }
    String features = layer.get().name();
    String map = reshape.get().name();
    if (!splitsFeatures(graph.shape(features), graph.shape(map))) {
      return Match.none();
    }
    if (!graph.hasSingleUse(map)) {
      return Uses.refuse(graph, map, node.name());
    }
    if (!graph.hasSingleUse(features)) {
      return Uses.refuse(graph, features, map);
    }
    Shape shape = graph.shape(map);
    int times = Math.toIntExact(shape.product(2, shape.rank()));
    return Match.replace(
        List.of(reshape.get(), node),
        List.of(
            new Node(node.name(), Repeat.channels(norm, times), features),
            reshape.get().withInputs(List.of(node.name()))));
  }

  private static boolean splitsFeatures(Shape features, Shape map) {
    return features.dimension(0) == map.dimension(0)
        && features.product(2, features.rank()) == 1
        && map.product(1, map.rank()) == features.dimension(1);
  }
}
