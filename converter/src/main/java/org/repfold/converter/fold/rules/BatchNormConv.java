package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * A BatchNormalization followed by a convolution or dense layer becomes the layer alone.
 *
 * <p>With the normalisation as {@code s x + t} per channel: {@code W'[o,i] = W[o,i] s[i]}, {@code
 * b'[o] = b[o] + sum_i t[i] sum_k W[o,i,k]}. Any groups, stride and dilation.
 *
 * <p>Refuses a zero-padded convolution when some shift is not 0: beyond the border the convolution
 * sees 0 where the fold would have it see {@code t}.
 */
public final class BatchNormConv implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.BatchNormalization norm)
        || !graph.hasSingleUse(node.name())) {
      return Match.none();
    }
    Node layer = graph.consumers(node.name()).get(0);
    Optional<Linear> found = Linear.of(layer);
    if (found.isEmpty()) {
      return Match.none();
    }
    Linear linear = found.get();
    Affine affine = Affine.of(norm);
    if (linear.isPadded() && !affine.shiftsNothing()) {
      return Match.refused(
          "'"
              + layer.name()
              + "' pads with zeros and the shift of '"
              + node.name()
              + "' is not 0: the border would change",
          layer.name());
    }
    double[] weight = linear.weight().toDoubles();
    double[] bias = linear.biasOrZeros();
    int inputs = linear.groupInputs();
    int taps = linear.taps();
    for (int o = 0; o < bias.length; o++) {
      int firstChannel = o / linear.groupOutputs() * inputs;
      for (int i = 0; i < inputs; i++) {
        double taken = 0;
        for (int k = 0; k < taps; k++) {
          int index = (o * inputs + i) * taps + k;
          taken += weight[index];
          weight[index] *= affine.scale()[firstChannel + i];
        }
        bias[o] += affine.shift()[firstChannel + i] * taken;
      }
    }
    return Match.replace(
        List.of(node, layer),
        List.of(layer.withOperator(linear.with(weight, bias)).withInputs(List.of(node.input()))));
  }
}
