package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.ElementType;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * An operator all of whose operands are constants becomes the constant that it computes, in
 * float64: element-wise operators and functions, those that move elements, MatMul, Softmax and
 * ReduceMean.
 *
 * <p>Refuses nothing. Leaves alone whole numbers, other operators, and what would need more memory
 * than its operands together and a million elements: a small constant repeated to a large one.
 */
public final class EvaluateConstants implements FoldRule {
  private static final long SMALL = 1_000_000;

  @Override
  public Match match(GraphView graph, Node node) {
    if (node.inputs().isEmpty()) {
      return Match.none();
    }
    List<Tensor> operands =
        node.inputs().stream().map(graph::constant).flatMap(Optional::stream).toList();
    if (operands.size() != node.inputs().size()
        || operands.stream().anyMatch(t -> t.type() == ElementType.INT64)) {
      return Match.none();
    }
    Shape shape = graph.shape(node.name());
    long available = operands.stream().mapToLong(Tensor::size).sum();
    if (shape.elements() > Math.max(available, SMALL)) {
      return Match.none();
    }
    return ConstantArithmetic.evaluate(node.operator(), operands, shape)
        .map(
            value ->
                Match.replace(
                    List.of(node), List.of(new Node(node.name(), new Operator.Constant(value)))))
        .orElseGet(Match::none);
  }
}
