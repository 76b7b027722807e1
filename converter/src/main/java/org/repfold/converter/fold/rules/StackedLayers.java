package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * Two layers of one input whose outputs stand one behind the other in a Concat become one, with the
 * rows of both weights: {@code [W1 x + b1; W2 x + b2] = [W1; W2] x + [b1; b2]}. Dense layers, and
 * convolutions with one window (DiverseBranchBlock, section 3.2, transform IV).
 *
 * <p>Refuses a layer whose outputs something else takes, convolutions in groups, whose outputs
 * would have to stand interleaved, convolutions of different windows, and a bias on one side alone,
 * where it would have to be added to more numbers.
 */
public final class StackedLayers implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Movement.Concat concat)) {
      return Match.none();
    }
    Match answer = Match.none();
    for (int i = 1; i < node.inputs().size(); i++) {
      Optional<Layer> upper = layer(graph, node.inputs().get(i - 1), concat.axis());
      Optional<Layer> lower = layer(graph, node.inputs().get(i), concat.axis());
      if (upper.isPresent()
          && lower.isPresent()
          && upper.get().node().operator().type().equals(lower.get().node().operator().type())
          && upper.get().input(graph).equals(lower.get().input(graph))) {
        answer = stack(graph, node, i, upper.get(), lower.get());
        if (answer instanceof Match.Replacement) {
          return answer;
        }
      }
    }
    return answer;
  }

  private static Optional<Layer> layer(GraphView graph, String value, int axis) {
    return Layer.endingAt(graph, value)
        .filter(layer -> layer.axis() == axis)
        .filter(
            layer -> layer.isMatrixProduct() || layer.node().operator() instanceof Operator.Conv);
  }

  private static Match stack(GraphView graph, Node concat, int second, Layer upper, Layer lower) {
    for (Layer layer : List.of(upper, lower)) {
      if (!graph.hasSingleUse(layer.value())) {
        return Uses.refuse(graph, layer.value(), concat.name());
      }
    }
    Linear a = upper.linear(graph);
    Linear b = lower.linear(graph);
    if (a.group() > 1 || b.group() > 1) {
      return Match.refused(
          "'%s' and '%s' are convolutions in groups, whose outputs would stand interleaved"
              .formatted(upper.value(), lower.value()),
          upper.value(),
          lower.value());
    }
    if (a.operator() instanceof Operator.Conv first
        && b.operator() instanceof Operator.Conv other
        && !(first.window().equals(other.window())
            && first.weight().shape().equals(other.weight().shape().with(0, a.outputs())))) {
      return Match.refused(
          "'%s' and '%s' have different windows".formatted(upper.value(), lower.value()),
          upper.value(),
          lower.value());
    }
    List<Node> consumed = new ArrayList<>(upper.nodes(graph));
    consumed.addAll(lower.nodes(graph));
    consumed.add(concat);
    List<Node> produced = new ArrayList<>(stacked(graph, upper, a, b));
    String value = produced.get(produced.size() - 1).name();
    List<String> left = new ArrayList<>(concat.inputs());
    left.set(second - 1, value);
    left.remove(second);
    if (left.size() > 1) {
      int axis = ((Movement.Concat) concat.operator()).axis();
      produced.add(new Node(concat.name(), new Movement.Concat(axis, left.size()), left));
    }
    Match result = Match.replace(consumed, produced);
    return result instanceof Match.Replacement replacement && Work.isLessAfter(graph, replacement)
        ? result
        : Match.refused(
            "'%s' and '%s' have a bias on one side alone".formatted(upper.value(), lower.value()),
            upper.value(),
            lower.value());
  }

  private static List<Node> stacked(GraphView graph, Layer layer, Linear a, Linear b) {
    Shape shape = a.weight().shape().with(0, (long) a.outputs() + b.outputs());
    Tensor weight = Tensor.of(shape, joined(a.weight().toDoubles(), b.weight().toDoubles()));
    Optional<Tensor> bias =
        a.bias().isEmpty() && b.bias().isEmpty()
            ? Optional.empty()
            : Optional.of(Tensor.vector(joined(a.biasOrZeros(), b.biasOrZeros())));
    return layer.node().operator() instanceof Operator.Conv conv
        ? List.of(layer.node().withOperator(new Operator.Conv(weight, bias, conv.window(), 1)))
        : layer.withMatrix(graph, layer.input(graph), weight, bias);
  }

  private static double[] joined(double[] first, double[] second) {
    double[] joined = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, joined, first.length, second.length);
    return joined;
  }
}
