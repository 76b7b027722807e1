package org.repfold.converter.fold.rules;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;
import org.repfold.graph.Tensor;

/**
 * The work of the operators that only scale and shift, by which a rule that leaves some of them
 * behind tells whether it gains anything: the elements of one sample that they go over, three times
 * for a BatchNormalization, twice for a LayerNormalization's gain, once for its shift and for an
 * element-wise operation with a constant.
 */
final class Work {
  private Work() {}

  /** Whether a replacement leaves less of this work, or as much in fewer nodes. */
  static boolean isLessAfter(GraphView graph, Match.Replacement replacement) {
    long before = 0;
    int nodesBefore = 0;
    for (String name : replacement.consumed()) {
      Node node = graph.find(name).orElseThrow();
      boolean constant = node.inputs().stream().anyMatch(i -> graph.constant(i).isPresent());
      before += of(node, graph.shape(name), constant);
      nodesBefore += node.operator() instanceof Operator.Constant ? 0 : 1;
    }
    long after = 0;
    int nodesAfter = 0;
    Map<String, Node> produced = new HashMap<>();
    Map<String, Shape> shapes = new HashMap<>();
    for (Node node : replacement.produced()) {
      node.inputs().forEach(input -> shapes.computeIfAbsent(input, graph::shape));
      shapes.put(node.name(), ShapeInference.shapeOf(node, shapes));
      produced.put(node.name(), node);
      boolean constant =
          node.inputs().stream()
              .anyMatch(
                  input ->
                      produced.containsKey(input)
                          ? produced.get(input).operator() instanceof Operator.Constant
                          : graph.constant(input).isPresent());
      after += of(node, shapes.get(node.name()), constant);
      nodesAfter += node.operator() instanceof Operator.Constant ? 0 : 1;
    }
    return after < before || after == before && nodesAfter < nodesBefore;
  }

  private static long of(Node node, Shape shape, boolean takesConstant) {
    long elements =
        Arrays.stream(shape.toArray())
            .filter(size -> size != Shape.UNKNOWN)
            .reduce(1, Math::multiplyExact);
    if (node.operator() instanceof Operator.BatchNormalization) {
      return 3 * elements;
    } else if (node.operator() instanceof Operator.LayerNormalization norm) {
      return (isAll(norm.scale(), 1) ? 0 : 2 * elements)
          + (norm.shift().map(shift -> isAll(shift, 0)).orElse(true) ? 0 : elements);
    }
    boolean scalesOrShifts =
        node.operator() instanceof Operator.Add
            || node.operator() instanceof Operator.Sub
            || node.operator() instanceof Operator.Mul
            || node.operator() instanceof Operator.Div;
    return scalesOrShifts && takesConstant ? elements : 0;
  }

  private static boolean isAll(Tensor tensor, double number) {
    for (int i = 0; i < tensor.size(); i++) {
      if (tensor.get(i) != number) {
        return false;
      }
    }
    return true;
  }
}
