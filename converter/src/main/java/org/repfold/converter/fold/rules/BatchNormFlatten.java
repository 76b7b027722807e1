package org.repfold.converter.fold.rules;

import java.util.List;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/**
 * A BatchNormalization of a map that is then flattened, {@code [N, C, H, W]} to {@code [N, C H W]}
 * (with any axes of size 1 behind), becomes the flattening followed by a normalisation of {@code C
 * H W} channels, each channel's numbers repeated {@code H W} times. It can then fold into the dense
 * layer behind.
 *
 * <p>Applies only before a Conv or Gemm, since elsewhere it would gain nothing, and not behind one
 * that the normalisation alone takes: {@link ConvBatchNorm} folds it there or says why it cannot,
 * and {@link ReshapeBatchNorm} may have just moved it there.
 */
public final class BatchNormFlatten implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.BatchNormalization norm)
        || !graph.hasSingleUse(node.name())
        || isBehindLayer(graph, node)) {
      return Match.none();
    }
    Node flatten = graph.consumers(node.name()).get(0);
    if (!isRearrangement(flatten) || !graph.hasSingleUse(flatten.name())) {
      return Match.none();
    }
    Shape map = graph.shape(node.name());
    Shape flat = graph.shape(flatten.name());
    if (!mergesChannelsFirst(map, flat)
        || Linear.of(graph.consumers(flatten.name()).get(0)).isEmpty()) {
      return Match.none();
    }
    int times = Math.toIntExact(map.product(2, map.rank()));
    return Match.replace(
        List.of(node, flatten),
        List.of(
            flatten.withInputs(node.inputs()),
            new Node(node.name(), Repeat.channels(norm, times), flatten.name())));
  }

  private static boolean isBehindLayer(GraphView graph, Node norm) {
    return graph.hasSingleUse(norm.input())
        && graph.find(norm.input()).flatMap(Linear::of).isPresent();
  }

  private static boolean isRearrangement(Node node) {
    return node.operator() instanceof Movement.Flatten
        || node.operator() instanceof Movement.Reshape;
  }

  private static boolean mergesChannelsFirst(Shape map, Shape flat) {
    return map.rank() >= 2
        && flat.rank() >= 2
        && flat.dimension(0) == map.dimension(0)
        && flat.dimension(1) == map.product(1, map.rank())
        && flat.product(2, flat.rank()) == 1;
  }
}
