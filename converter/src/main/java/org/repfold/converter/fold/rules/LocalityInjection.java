package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Window;

/**
 * A convolution beside a dense layer over the same map, results added, becomes part of the dense
 * layer's weights; so do an average pool and the map itself, which are convolutions too.
 *
 * <p>On a map of fixed size a convolution is a matrix: its entry for output {@code (o, y, x)} and
 * input {@code (i, y', x')} is {@code W[o, i, y' - y stride + pad, x' - x stride + pad]} where that
 * tap exists, and 0 elsewhere; its bias is {@code b[o]} at every position (RepMLP, section 3.4,
 * "Locality Injection"; RepMLPNet, section 3.2). Any groups, stride, padding, dilation, kernel and
 * map shape, and {@code C_in != C_out}; elements may be laid out under other shapes before and
 * behind both, in the same order.
 *
 * <p>Refuses a convolution that mixes channels which the dense layer's groups keep apart: fewer
 * groups would multiply the layer's weights, which are most of what it costs. Refuses a convolution
 * or dense layer that something else uses too, and a pool that leaves its padding out of the mean.
 */
public final class LocalityInjection implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<SumTree> sum = SumTree.at(graph, node);
    if (sum.isEmpty()) {
      return Match.none();
    }
    Map<String, List<MapFullyConnected>> layers = new HashMap<>();
    for (String addend : sum.get().addends()) {
      MapFullyConnected.of(graph, addend)
          .ifPresent(
              layer -> layers.computeIfAbsent(layer.input(), key -> new ArrayList<>()).add(layer));
    }
    Match answer = Match.none();
    for (String addend : layers.isEmpty() ? List.<String>of() : sum.get().addends()) {
      for (MapBranch branch : MapBranch.all(graph, addend)) {
        for (MapFullyConnected layer : layers.getOrDefault(branch.input(), List.of())) {
          if (!layer.value().equals(addend) && branch.fits(layer.linear())) {
            answer = inject(graph, sum.get(), layer, branch);
            if (answer instanceof Match.Replacement) {
              return answer;
            }
          }
        }
      }
    }
    return answer;
  }

  private static Match inject(
      GraphView graph, SumTree sum, MapFullyConnected connected, MapBranch branch) {
    if (!graph.hasSingleUse(connected.value())) {
      return Uses.refuseAddend(graph, connected.value());
    }
    if (branch.obstacle().isPresent()) {
      return branch.obstacle().get();
    }
    int groups = connected.linear().group();
    if (branch.conv().group() % groups != 0) {
      return Match.refused(
          "'%s' mixes channels of different groups of '%s' (%d against %d groups)"
              .formatted(branch.addend(), connected.layer().name(), branch.conv().group(), groups),
          branch.addend(),
          connected.layer().name());
    }
    Node injected =
        connected
            .layer()
            .withOperator(add(connected.linear(), branch.conv(), branch.in(), branch.out()));
    List<Node> parts = new ArrayList<>(branch.nodes());
    parts.add(connected.layer());
    parts.addAll(connected.layout());
    List<Node> merged = new ArrayList<>(List.of(injected));
    merged.addAll(connected.layout());
    return sum.replace(connected.value(), branch.addend(), parts, merged);
  }

  private static Operator add(Linear dense, Operator.Conv conv, Shape in, Shape out) {
    int height = Math.toIntExact(in.dimension(2));
    int width = Math.toIntExact(in.dimension(3));
    int positions = Math.toIntExact(out.product(2, 4));
    int outputWidth = Math.toIntExact(out.dimension(3));
    Window window = conv.window();
    int inputs = Math.toIntExact(conv.weight().shape().dimension(1));
    int groupOutputs = conv.outputChannels() / conv.group();
    int columns = dense.groupInputs();
    double[] weight = dense.weight().toDoubles();
    double[] bias = dense.biasOrZeros();
    for (int row = 0; row < bias.length; row++) {
      int o = row / positions;
      int top = row % positions / outputWidth * window.strideHeight() - window.padTop();
      int left = row % outputWidth * window.strideWidth() - window.padLeft();
      int firstChannel = o / groupOutputs * inputs;
      int firstColumn = row / dense.groupOutputs() * columns;
      for (int i = 0; i < inputs; i++) {
        for (int ky = 0; ky < conv.kernelHeight(); ky++) {
          int y = top + ky * window.dilationHeight();
          if (y < 0 || y >= height) {
            continue;
          }
          for (int kx = 0; kx < conv.kernelWidth(); kx++) {
            int x = left + kx * window.dilationWidth();
            if (x >= 0 && x < width) {
              int column = ((firstChannel + i) * height + y) * width + x - firstColumn;
              int tap = ((o * inputs + i) * conv.kernelHeight() + ky) * conv.kernelWidth() + kx;
              weight[row * columns + column] += conv.weight().get(tap);
            }
          }
        }
      }
      bias[row] += conv.bias().isPresent() ? conv.bias().get().get(o) : 0;
    }
    return dense.with(weight, bias);
  }
}
