package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * An addend of a sum seen as a convolution of some earlier value, its input.
 *
 * @param nodes the nodes that compute the addend and nothing else
 * @param obstacle why the addend cannot be taken away, where it cannot
 */
record Branch(
    String addend, String input, List<Node> nodes, Operator.Conv conv, Optional<Match> obstacle) {

  /** An addend that is a convolution. */
  static Optional<Branch> convolution(GraphView graph, String addend) {
    return graph
        .find(addend, Operator.Conv.class)
        .map(
            node ->
                new Branch(
                    addend,
                    node.input(),
                    List.of(node),
                    (Operator.Conv) node.operator(),
                    graph.hasSingleUse(addend)
                        ? Optional.empty()
                        : Optional.of(Uses.refuseAddend(graph, addend))));
  }

  /**
   * Addends that are an earlier map, perhaps scaled and shifted by channel, for each such map: the
   * depthwise 1x1 convolution with weight {@code s} and bias {@code t} (RepVGG, section 3.3).
   */
  static List<Branch> identities(GraphView graph, String addend) {
    if (graph.shape(addend).rank() != 4) {
      return List.of();
    }
    return AffinePath.endingAt(graph, addend).stream()
        .map(
            path ->
                new Branch(
                    addend,
                    path.origin(),
                    path.nodes(),
                    depthwise(graph, path, 1, 1, Window.unit()),
                    Optional.empty()))
        .toList();
  }

  /**
   * An addend that is an average pool, perhaps scaled and shifted by channel behind it: the
   * depthwise convolution with all weights {@code s / (kh kw)} and bias {@code t}
   * (DiverseBranchBlock, section 3.2, transform V). Where the pool leaves its padding out of the
   * mean there is no such convolution.
   */
  static Optional<Branch> averagePool(GraphView graph, String addend) {
    for (AffinePath path : AffinePath.endingAt(graph, addend)) {
      Optional<Node> node = graph.find(path.origin(), Pooling.AveragePool.class);
      if (node.isPresent()) {
        return Optional.of(averagePool(graph, addend, path, node.get()));
      }
    }
    return Optional.empty();
  }

  /** All that an addend may be seen as. */
  static List<Branch> all(GraphView graph, String addend) {
    List<Branch> branches = new ArrayList<>(identities(graph, addend));
    averagePool(graph, addend).ifPresent(branches::add);
    convolution(graph, addend).ifPresent(branches::add);
    return branches;
  }

  /**
   * The multiplications for each output that are no longer done once the addend is taken away: none
   * for the input itself, nor for a pool that something else takes too.
   */
  double multiplications() {
    boolean isComputed =
        nodes.stream()
            .map(Node::operator)
            .anyMatch(o -> o instanceof Operator.Conv || o instanceof Pooling);
    return isComputed ? Kernel.of(conv).multiplications(conv.inputChannels()) : 0;
  }

  private static Branch averagePool(GraphView graph, String addend, AffinePath path, Node node) {
    Pooling.AveragePool pool = (Pooling.AveragePool) node.operator();
    List<Node> nodes = new ArrayList<>(path.nodes());
    if (path.exclusive()) {
      nodes.add(0, node);
    }
    boolean fixed = pool.countIncludePad() || pool.window().isUnpadded();
    return new Branch(
        addend,
        node.input(),
        nodes,
        depthwise(graph, path, pool.kernelHeight(), pool.kernelWidth(), pool.window()),
        fixed
            ? Optional.empty()
            : Optional.of(
                Match.refused(
                    "'"
                        + node.name()
                        + "' leaves its padding out of the mean: at the border it divides by fewer"
                        + " elements than inside",
                    node.name())));
  }

  /** The mean under a window of each channel, scaled and shifted, as a convolution. */
  private static Operator.Conv depthwise(
      GraphView graph, AffinePath path, int kernelHeight, int kernelWidth, Window window) {
    int channels = Math.toIntExact(graph.shape(path.origin()).dimension(1));
    int taps = kernelHeight * kernelWidth;
    double[] scale = path.affine().scale().vector(1, channels);
    double[] weight = new double[channels * taps];
    Arrays.setAll(weight, i -> scale[i / taps] / taps);
    Optional<Tensor> bias =
        path.affine().shiftsNothing()
            ? Optional.empty()
            : Optional.of(Tensor.vector(path.affine().shift().vector(1, channels)));
    return new Operator.Conv(
        Tensor.of(Shape.of(channels, 1, kernelHeight, kernelWidth), weight),
        bias,
        window,
        channels);
  }
}
