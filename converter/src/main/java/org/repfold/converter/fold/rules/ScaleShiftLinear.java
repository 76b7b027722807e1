package org.repfold.converter.fold.rules;

import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * A multiplication, division, addition or subtraction of constants before a convolution or dense
 * layer goes into the layer, as {@link BatchNormConv}: ResMLP's affine, or the standardisation of a
 * network's input, {@code (x - mean) / std}. The constants may be one for all, one for each input
 * channel, or, before a dense layer over a whole flattened map, one for each element.
 *
 * <p>Refuses to let an addition into a zero-padded or transposed convolution, as {@link
 * BatchNormConv}.
 */
public final class ScaleShiftLinear implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    return node.operator() instanceof Operator.Elementwise
        ? Absorption.bySingleConsumer(graph, node, new BeforeLayer())
        : Match.none();
  }
}
