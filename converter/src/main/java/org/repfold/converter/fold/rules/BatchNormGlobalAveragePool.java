package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;

/**
 * A BatchNormalization, or scale or shift by constants, followed by a mean over whole axes (a
 * global average pool, or ReduceMean over tokens) becomes the mean followed by the scale and shift,
 * which then work on fewer numbers and can fold into what comes next.
 *
 * <p>The mean is linear and of weight 1: {@code mean(s x + t) = s mean(x) + t}, for constants that
 * do not differ along the averaged axes; a shift may, of which the mean then remains. Always exact.
 */
public final class BatchNormGlobalAveragePool implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<Affine> affine = Affine.of(graph, node);
    if (affine.isEmpty() || !graph.hasSingleUse(node.name())) {
      return Match.none();
    }
    Node mean = graph.consumers(node.name()).get(0);
    if (!(mean.operator() instanceof Pooling) || !Path.carries(mean)) {
      return Match.none();
    }
    return Path.through(graph, mean, affine.get())
        .map(behind -> moved(graph, node, mean, behind))
        .filter(replacement -> Work.isLessAfter(graph, replacement))
        .<Match>map(replacement -> replacement)
        .orElseGet(Match::none);
  }

  private static Match.Replacement moved(GraphView graph, Node node, Node mean, Affine behind) {
    List<Node> produced = new ArrayList<>();
    produced.add(mean.withInputs(List.of(Affine.operand(graph, node).orElseThrow())));
    if (node.operator() instanceof Operator.BatchNormalization) {
      produced.add(node.withInputs(List.of(mean.name())));
    } else {
      String both = behind.shiftsNothing() ? node.name() : graph.freshName(node.name() + "/scale");
      Shape shape = graph.shape(mean.name());
      produced.addAll(behind.nodes(graph, mean.name(), shape, both, node.name()));
    }
    return new Match.Replacement(
        List.of(node.name(), mean.name()),
        produced,
        Map.of(mean.name(), produced.get(produced.size() - 1).name()));
  }
}
