package org.repfold.converter.fold.rules;

import java.util.Arrays;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;

/**
 * Operators that follow each other and only scale and shift become fewer: {@code s2 (s1 x + t1) +
 * t2 = (s2 s1) x + (s2 t1 + t2)}. BatchNormalizations, with what multiplies or adds one constant
 * for each channel, become one; of multiplications and additions by constants at most one each
 * remains.
 *
 * <p>Refuses BatchNormalizations between which something else takes the value.
 */
public final class MergeAffines implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<Affine> last = Affine.of(graph, node);
    if (last.isEmpty()) {
      return Match.none();
    }
    LinkedList<Node> chain = new LinkedList<>(List.of(node));
    Affine merged = last.get();
    Optional<Node> before = before(graph, node);
    while (before.isPresent() && graph.hasSingleUse(before.get().name())) {
      chain.addFirst(before.get());
      merged = Affine.of(graph, before.get()).orElseThrow().then(merged);
      before = before(graph, before.get());
    }
    if (chain.size() == 1) {
      return before.filter(MergeAffines::normalises).isPresent() && normalises(node)
          ? Uses.refuse(graph, before.get().name(), node.name())
          : Match.none();
    }
    if (merged.scalesNothing() && merged.shiftsNothing() && graph.isOutput(node.name())) {
      return Match.none();
    }
    Match.Replacement replacement = replacement(graph, chain, merged);
    return Work.isLessAfter(graph, replacement) ? replacement : Match.none();
  }

  private static Optional<Node> before(GraphView graph, Node node) {
    return Affine.operand(graph, node)
        .flatMap(graph::find)
        .filter(found -> Affine.of(graph, found).isPresent());
  }

  private static Match.Replacement replacement(
      GraphView graph, LinkedList<Node> chain, Affine affine) {
    Node last = chain.getLast();
    String name = last.name();
    String operand = Affine.operand(graph, chain.getFirst()).orElseThrow();
    List<String> consumed = chain.stream().map(Node::name).toList();
    if (chain.stream().anyMatch(MergeAffines::normalises) && affine.variesAtMostAlong(1)) {
      int channels = Math.toIntExact(graph.shape(name).dimension(1));
      Node norm = new Node(name, normalisation(affine, channels), operand);
      return new Match.Replacement(consumed, List.of(norm), Map.of(name, name));
    }
    String scale = affine.shiftsNothing() ? name : graph.freshName(name + "/scale");
    List<Node> nodes = affine.nodes(graph, operand, graph.shape(name), scale, name);
    String result = nodes.isEmpty() ? operand : nodes.get(nodes.size() - 1).name();
    return new Match.Replacement(consumed, nodes, Map.of(name, result));
  }

  private static boolean normalises(Node node) {
    return node.operator() instanceof Operator.BatchNormalization;
  }

  /** Of mean 0, variance 1 and epsilon 0. */
  private static Operator normalisation(Affine affine, int channels) {
    double[] ones = new double[channels];
    Arrays.fill(ones, 1);
    return new Operator.BatchNormalization(
        Tensor.vector(affine.scale().vector(1, channels)),
        Tensor.vector(affine.shift().vector(1, channels)),
        Tensor.vector(new double[channels]),
        Tensor.vector(ones),
        0);
  }
}
