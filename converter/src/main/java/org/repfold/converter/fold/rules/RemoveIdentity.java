package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;

/**
 * A node that gives its operand back is removed: Identity (and in inference Dropout and DropPath,
 * which readers read as Identity), a scale by exactly 1 and shift by exactly 0 of any kind, a pool
 * over single elements, and a reshape, transpose, slice, padding, concatenation or resize that
 * leaves everything where it is.
 *
 * <p>Refuses nothing. Stays where the network gives the node's own value as an output, whose name
 * must not change.
 */
public final class RemoveIdentity implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (graph.isOutput(node.name())) {
      return Match.none();
    }
    return operand(graph, node)
        .<Match>map(
            operand ->
                new Match.Replacement(
                    List.of(node.name()), List.of(), Map.of(node.name(), operand)))
        .orElseGet(Match::none);
  }

  /** The value that the node gives back, if it does. */
  private static Optional<String> operand(GraphView graph, Node node) {
    if (node.operator() instanceof Operator.Identity) {
      return Optional.of(node.input());
    } else if (node.operator() instanceof Movement || node.operator() instanceof Pooling) {
      return Optional.of(node.input()).filter(input -> leavesEverything(graph, node));
    }
    return Affine.of(graph, node)
        .filter(affine -> affine.scalesNothing() && affine.shiftsNothing())
        .flatMap(affine -> Affine.operand(graph, node));
  }

  private static boolean leavesEverything(GraphView graph, Node node) {
    if (!graph.shape(node.name()).equals(graph.shape(node.input()))) {
      return false;
    } else if (node.operator() instanceof Movement.Transpose transpose) {
      int axes = transpose.permutation().size();
      return transpose.permutation().equals(IntStream.range(0, axes).boxed().toList());
    } else if (node.operator() instanceof Pooling.MaxPool pool) {
      return pool.kernelHeight() == 1 && pool.kernelWidth() == 1;
    } else if (node.operator() instanceof Pooling.AveragePool pool) {
      return pool.kernelHeight() == 1 && pool.kernelWidth() == 1;
    }
    return true;
  }
}
