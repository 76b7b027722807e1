package org.repfold.converter.fold.rules;

import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * A convolution of a convolution becomes one, with the product of the kernels: 1x1 before kxk, kxk
 * before 1x1, 1x1 before 1x1, or any two, of any groups, strides and dilations (DiverseBranchBlock,
 * section 3.2, transform III; the algebra and where it is exact: {@link ConvProduct}).
 *
 * <p>Refuses when something else takes the first one's output, when the second pads with zeros
 * where the first has a bias or reaches beyond the map, and when the product would need more
 * multiplications than both, unless a convolution of the same input, to which it is added, takes it
 * in.
 */
public final class ConvConv implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.Conv conv)) {
      return Match.none();
    }
    Optional<Node> first = graph.find(node.input(), Operator.Conv.class);
    return first.isEmpty() ? Match.none() : new ConvProduct(graph, first.get(), node, conv).merge();
  }
}
