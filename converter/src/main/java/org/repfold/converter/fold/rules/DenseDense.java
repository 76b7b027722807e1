package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * A dense layer of a dense layer becomes one: {@code W2 (W1 x + b1) + b2 = (W2 W1) x + (W2 b1 +
 * b2)}.
 *
 * <p>Refuses when something else takes the first one's outputs, when the product of the matrices
 * has more elements than both (a bottleneck between the two is fewer multiplications), and when the
 * first one's bias, which the second has no place for, would have to be added to more numbers.
 */
public final class DenseDense implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<Layer> found = Layer.startingAt(graph, node).filter(Layer::isMatrixProduct);
    if (found.isEmpty()) {
      return Match.none();
    }
    Layer second = found.get();
    String between = second.input(graph);
    Optional<Layer> before =
        Layer.endingAt(graph, between)
            .filter(layer -> layer.isMatrixProduct() && layer.axis() == second.axis());
    if (before.isEmpty()) {
      return Match.none();
    }
    Layer first = before.get();
    if (!graph.hasSingleUse(between)) {
      return Uses.refuse(graph, between, node.name());
    }
    Linear a = first.linear(graph);
    Linear b = second.linear(graph);
    long together = (long) b.outputs() * a.groupInputs();
    long apart = (long) a.weight().size() + b.weight().size();
    if (together > apart) {
      return Match.refused(
          "one layer for '%s' and '%s' would need %d multiplications for each row, both need %d"
              .formatted(between, node.name(), together, apart),
          between,
          node.name());
    }
    List<Node> consumed = new ArrayList<>(first.nodes(graph));
    consumed.addAll(second.nodes(graph));
    Match product =
        Match.replace(
            consumed, second.withMatrix(graph, first.input(graph), weight(a, b), bias(a, b)));
    return product instanceof Match.Replacement replacement && Work.isLessAfter(graph, replacement)
        ? product
        : Match.refused(
            "the bias of '%s' would be added to more numbers behind '%s'"
                .formatted(between, node.name()),
            between,
            node.name());
  }

  private static Tensor weight(Linear a, Linear b) {
    double[] first = a.weight().toDoubles();
    int inputs = a.groupInputs();
    int between = b.groupInputs();
    double[] weight = new double[b.outputs() * inputs];
    for (int o = 0; o < b.outputs(); o++) {
      for (int m = 0; m < between; m++) {
        double factor = b.weight().get(o * between + m);
        for (int i = 0; i < inputs; i++) {
          weight[o * inputs + i] += factor * first[m * inputs + i];
        }
      }
    }
    return Tensor.of(Shape.of(b.outputs(), inputs), weight);
  }

  private static Optional<Tensor> bias(Linear a, Linear b) {
    if (a.bias().isEmpty()) {
      return b.bias();
    }
    double[] bias = b.biasOrZeros();
    int between = b.groupInputs();
    for (int o = 0; o < bias.length; o++) {
      for (int m = 0; m < between; m++) {
        bias[o] += b.weight().get(o * between + m) * a.bias().get().get(m);
      }
    }
    return Optional.of(Tensor.vector(bias));
  }
}
