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

/**
 * The gain and shift of a LayerNormalization over channels, whose value a dense layer then mixes
 * over tokens and a product gates something else with, go out of the LayerNormalization: gMLP's
 * spatial gating unit (gMLP, section 3.1).
 *
 * <p>With gain {@code g} and shift {@code t} for each channel {@code c}, and {@code z} normalised,
 * the gate is {@code W (g_c z + t_c) + b = g_c (W z + (t_c rowsum(W) + b) / g_c)}. So the shift
 * becomes a bias for each token and channel behind the mixing layer, and the gain, which commutes
 * with the product, goes into the columns of the dense layer behind it.
 *
 * <p>Refuses the gain where some {@code g_c} is 0, and where no dense layer behind the product
 * takes it in; the shift then goes into the bias all the same, undivided. Leaves alone a gain of 1
 * and a shift that would not become less.
 */
public final class GatingNormSpatialProjection implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<Affine> affine = LayerNorms.affine(graph, node);
    Optional<Gate> gate = affine.flatMap(a -> Gate.behind(graph, node, a));
    if (gate.isEmpty()) {
      return Match.none();
    }
    Match whole = gate.get().withoutGainAndShift(graph);
    if (whole instanceof Match.Replacement replacement && Work.isLessAfter(graph, replacement)) {
      return whole;
    }
    Affine shift = new Affine(Field.all(1, affine.get().scale().rank()), affine.get().shift());
    Match.Replacement shifted = Gate.behind(graph, node, shift).orElseThrow().withoutShift(graph);
    if (Work.isLessAfter(graph, shifted)) {
      return shifted;
    }
    return whole instanceof Match.Replacement ? Match.none() : whole;
  }

  /**
   * What follows the LayerNormalization.
   *
   * @param mixing the layer that has taken the gain and shift in
   * @param product the product of the layer's value, rearranged, with another
   */
  private record Gate(
      Node norm, AffineRun before, Layer layer, Taken mixing, AffineRun behind, Node product) {

    static Optional<Gate> behind(GraphView graph, Node norm, Affine affine) {
      if (!graph.hasSingleUse(norm.name())) {
        return Optional.empty();
      }
      Node consumer = graph.consumers(norm.name()).get(0);
      AffineRun before = AffineRun.from(graph, consumer, affine);
      String features = before.end(norm.name());
      if (!graph.hasSingleUse(features)) {
        return Optional.empty();
      }
      Optional<Layer> layer =
          Layer.at(graph, graph.consumers(features).get(0))
              .filter(Layer::isDense)
              .filter(l -> graph.hasSingleUse(l.value()))
              .filter(l -> Taken.obstacle(graph, l, before.affine(), norm.name()).isEmpty());
      if (layer.isEmpty()) {
        return Optional.empty();
      }
      Taken mixing = Taken.of(graph, layer.get(), before.affine());
      AffineRun behind =
          AffineRun.from(
              graph,
              graph.consumers(layer.get().value()).get(0),
              new Affine(mixing.scale(), mixing.shift()));
      String end = behind.end(layer.get().value());
      if (!graph.hasSingleUse(end)
          || behind.affine().scale().rows() != 1
          || behind.affine().shift().rows() != 1) {
        return Optional.empty();
      }
      Node product = graph.consumers(end).get(0);
      return product.operator() instanceof Operator.Mul
              && graph.shape(product.name()).equals(graph.shape(end))
          ? Optional.of(new Gate(norm, before, layer.get(), mixing, behind, product))
          : Optional.empty();
    }

    Match withoutGainAndShift(GraphView graph) {
      Field gain = behind.affine().scale();
      if (!gain.all(g -> g != 0)) {
        return Match.refused(
            "some gain of '"
                + norm.name()
                + "' is 0: the bias of '"
                + layer.node().name()
                + "' cannot be divided by it",
            layer.node().name());
      }
      Match match =
          graph.hasSingleUse(product.name())
              ? new BeforeLayer()
                  .absorb(
                      graph,
                      new Absorber.Scaled(
                          product.name(),
                          product.name(),
                          new Affine(gain, Field.all(0, gain.rank()))),
                      graph.consumers(product.name()).get(0))
              : Match.none();
      if (!(match instanceof Match.Replacement next)) {
        return Match.refused(
            "no dense layer behind '"
                + product.name()
                + "' takes the gain of '"
                + norm.name()
                + "' in",
            product.name());
      }
      Field divided = behind.affine().shift().with(gain, (t, g) -> t / g);
      List<Node> produced = new ArrayList<>();
      produced.add(LayerNorms.plain(norm));
      String gated = mix(graph, new Affine(Field.all(1, gain.rank()), divided), produced);
      String end = behind.end(layer.value());
      produced.add(
          product.withInputs(
              product.inputs().stream().map(i -> i.equals(end) ? gated : i).toList()));
      List<String> consumed = consumed(graph);
      consumed.add(product.name());
      return Absorption.together(consumed, produced, List.of(next));
    }

    Match.Replacement withoutShift(GraphView graph) {
      List<Node> produced = new ArrayList<>();
      produced.add(LayerNorms.withoutShift(norm));
      String last = mix(graph, behind.affine(), produced);
      return new Match.Replacement(
          consumed(graph), produced, Map.of(behind.end(layer.value()), last));
    }

    /** Appends the way from the LayerNormalization to the product; gives the value it ends with. */
    private String mix(GraphView graph, Affine affine, List<Node> produced) {
      produced.addAll(before.rearranging(norm.name()));
      String features = produced.get(produced.size() - 1).name();
      produced.addAll(layer.withoutBias(graph, features, mixing.weight()));
      produced.addAll(behind.rearranging(layer.node().name()));
      String map = produced.get(produced.size() - 1).name();
      produced.addAll(
          affine.nodes(
              graph,
              map,
              graph.shape(behind.end(layer.value())),
              graph.freshName(norm.name() + "/scale"),
              graph.freshName(norm.name() + "/shift")));
      return produced.get(produced.size() - 1).name();
    }

    private List<String> consumed(GraphView graph) {
      List<String> consumed = new ArrayList<>(List.of(norm.name()));
      before.nodes().forEach(node -> consumed.add(node.name()));
      layer.nodes(graph).forEach(node -> consumed.add(node.name()));
      behind.nodes().forEach(node -> consumed.add(node.name()));
      return consumed;
    }
  }
}
