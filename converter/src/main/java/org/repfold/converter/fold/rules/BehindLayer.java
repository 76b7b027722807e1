package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;

/**
 * Takes a scale and shift behind a layer into it: {@code s (W x + b) + t = (s W) x + (s b + t)},
 * one scale and shift for each output (Jacob et al. 2018, section 3.2; RepVGG, section 3.3).
 *
 * @param layer the layer
 * @param path what stands between the layer and the scale and shift
 * @param node the scale and shift
 * @param affine what they do to the layer's outputs
 */
record BehindLayer(Layer layer, Path path, Node node, Affine affine) {

  /**
   * What there is before a scale and shift; empty if that is no layer, or the scale and shift are
   * not one for each of its outputs.
   */
  static Optional<BehindLayer> of(GraphView graph, Node node) {
    Optional<Affine> affine = Affine.of(graph, node);
    if (affine.isEmpty()) {
      return Optional.empty();
    }
    String operand = Affine.operand(graph, node).orElseThrow();
    Path path = Path.before(graph, operand);
    Optional<Layer> layer = Layer.endingAt(graph, path.start(operand));
    return layer.flatMap(
        found ->
            path.backward(graph, affine.get())
                .filter(a -> a.variesAtMostAlong(found.axis()))
                .map(a -> new BehindLayer(found, path, node, a)));
  }

  /** As {@link #fold}, where it leaves less work. */
  Match foldIfLess(GraphView graph) {
    Match match = fold(graph);
    return match instanceof Match.Replacement replacement && !Work.isLessAfter(graph, replacement)
        ? Match.none()
        : match;
  }

  /** The layer that does it all; refuses where something else takes a value in between. */
  Match fold(GraphView graph) {
    List<Node> way = new ArrayList<>(path.nodes());
    way.add(node);
    String value = layer.value();
    for (Node next : way) {
      if (!graph.hasSingleUse(value)) {
        return Uses.refuse(graph, value, next.name());
      }
      value = next.name();
    }
    Linear linear = layer.linear(graph);
    double[] weight = linear.weight().toDoubles();
    double[] bias = linear.biasOrZeros();
    double[] scale = affine.scale().vector(layer.axis(), bias.length);
    double[] shift = affine.shift().vector(layer.axis(), bias.length);
    int perOutput = weight.length / bias.length;
    for (int o = 0; o < bias.length; o++) {
      for (int i = o * perOutput; i < (o + 1) * perOutput; i++) {
        weight[i] *= scale[o];
      }
      bias[o] = scale[o] * bias[o] + shift[o];
    }
    List<Node> consumed = new ArrayList<>(layer.nodes(graph));
    consumed.addAll(way);
    List<Node> produced = new ArrayList<>(layer.with(graph, layer.input(graph), weight, bias));
    produced.addAll(path.startingAt(produced.get(produced.size() - 1).name()));
    return Match.replace(consumed, produced);
  }
}
