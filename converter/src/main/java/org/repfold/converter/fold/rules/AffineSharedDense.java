package org.repfold.converter.fold.rules;

import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * A BatchNormalization, or scale and shift by constants, before a dense layer whose weights several
 * channels share (RepMLPNet's {@code prebn1} before FC3; ResMLP's affine before the layer that
 * mixes tokens) becomes a constant scale and a constant bias map behind the layer.
 *
 * <p>With {@code s} and {@code t} for each channel, {@code FC(s_c x + t_c) = s_c W x + (t_c
 * rowsum(W) + b)}: the weights cannot take in {@code s}, which differs between the channels that
 * share them, but scale and bias may stand behind the layer. There they merge with what scales and
 * shifts already, such as a LayerScale: {@code l_c (FC(s_c x + t_c)) = l_c s_c W x + l_c (t_c
 * rowsum(W) + b)} (ResMLP, section 2). The constants are sent along the way of the data, so any
 * partition and transpose, before the layer or behind it, is followed as it is. {@code s = 0} is
 * legal.
 *
 * <p>Refuses when the scale differs within what one output of the layer sums up, when a value on
 * the way has another use, and when the way does not end with one map per sample. Leaves alone what
 * would not become less.
 */
public final class AffineSharedDense implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    return Absorption.bySingleConsumer(graph, node, new BesideDenseLayer());
  }
}
