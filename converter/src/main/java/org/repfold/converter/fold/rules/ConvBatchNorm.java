package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * A convolution or dense layer followed by a BatchNormalization becomes the layer alone.
 *
 * <p>With the normalisation as {@code s x + t} per channel: {@code W'[o] = s[o] W[o]}, {@code b'[o]
 * = s[o] b[o] + t[o]} (Jacob et al. 2018, section 3.2; RepVGG, section 3.3). Any groups, stride,
 * padding and dilation.
 *
 * <p>Refuses when something else also takes the layer's output, which would then have to be
 * computed twice.
 */
public final class ConvBatchNorm implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Operator.BatchNormalization norm)) {
      return Match.none();
    }
    Optional<Node> producer = graph.find(node.input());
    Optional<Linear> found = producer.flatMap(Linear::of);
    if (found.isEmpty()) {
      return Match.none();
    }
    Node layer = producer.get();
    if (!graph.hasSingleUse(layer.name())) {
      return Uses.refuse(graph, layer.name(), node.name());
    }
    Linear linear = found.get();
    Affine affine = Affine.of(norm);
    double[] weight = linear.weight().toDoubles();
    double[] bias = linear.biasOrZeros();
    int perOutput = weight.length / bias.length;
    for (int o = 0; o < bias.length; o++) {
      for (int i = o * perOutput; i < (o + 1) * perOutput; i++) {
        weight[i] *= affine.scale()[o];
      }
      bias[o] = affine.scale()[o] * bias[o] + affine.shift()[o];
    }
    return Match.replace(
        List.of(layer, node), List.of(layer.withOperator(linear.with(weight, bias))));
  }
}
