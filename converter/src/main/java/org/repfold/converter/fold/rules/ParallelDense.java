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
import org.repfold.graph.Tensor;

/**
 * Two dense layers of one input whose outputs are added become one: {@code W1 x + b1 + W2 x + b2 =
 * (W1 + W2) x + (b1 + b2)}. So does a dense layer to which its own input is added: {@code W x + x =
 * (W + I) x}; with a scale and shift by feature between, {@code W x + s x + t = (W + diag(s)) x +
 * t}.
 *
 * <p>Refuses a layer whose outputs something else takes too. Leaves alone a shift that is computed
 * for something else anyway and that a MatMul would have to add once more.
 */
public final class ParallelDense implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<SumTree> sum = SumTree.at(graph, node);
    if (sum.isEmpty()) {
      return Match.none();
    }
    Match answer = Match.none();
    Map<String, List<Layer>> layers = new HashMap<>();
    for (String addend : sum.get().addends()) {
      Optional<Layer> found = Layer.endingAt(graph, addend).filter(Layer::isMatrixProduct);
      if (found.isPresent()) {
        Layer layer = found.get();
        List<Layer> beside = layers.computeIfAbsent(layer.input(graph), key -> new ArrayList<>());
        for (Layer other : beside) {
          if (layer.axis() == other.axis()) {
            answer = merge(graph, sum.get(), other, layer);
            if (answer instanceof Match.Replacement) {
              return answer;
            }
          }
        }
        beside.add(layer);
      }
    }
    return layers.isEmpty() ? answer : identity(graph, sum.get(), layers, answer);
  }

  private static Match identity(
      GraphView graph, SumTree sum, Map<String, List<Layer>> layers, Match otherwise) {
    Match answer = otherwise;
    for (String addend : sum.addends()) {
      for (AffinePath path : AffinePath.endingAt(graph, addend)) {
        for (Layer layer : layers.getOrDefault(path.origin(), List.of())) {
          if (path.affine().variesAtMostAlong(layer.axis())) {
            answer = merge(graph, sum, layer, addend, path);
            if (answer instanceof Match.Replacement) {
              return answer;
            }
          }
        }
      }
    }
    return answer;
  }

  private static Match merge(GraphView graph, SumTree sum, Layer first, Layer second) {
    for (Layer layer : List.of(first, second)) {
      if (!graph.hasSingleUse(layer.value())) {
        return Uses.refuseAddend(graph, layer.value());
      }
    }
    Layer kept = first.hasBias() ? first : second;
    Layer other = kept == first ? second : first;
    Linear a = kept.linear(graph);
    Linear b = other.linear(graph);
    List<Node> parts = new ArrayList<>(first.nodes(graph));
    parts.addAll(second.nodes(graph));
    return sum.replace(
        kept.value(),
        other.value(),
        parts,
        kept.withMatrix(
            graph,
            kept.input(graph),
            Tensor.of(a.weight().shape(), sum(a.weight().toDoubles(), b.weight())),
            a.bias().isEmpty() && b.bias().isEmpty()
                ? Optional.empty()
                : Optional.of(
                    Tensor.vector(sum(a.biasOrZeros(), Tensor.vector(b.biasOrZeros()))))));
  }

  private static double[] sum(double[] numbers, Tensor others) {
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] += others.get(i);
    }
    return numbers;
  }

  private static Match merge(
      GraphView graph, SumTree sum, Layer layer, String addend, AffinePath path) {
    if (!graph.hasSingleUse(layer.value())) {
      return Uses.refuseAddend(graph, layer.value());
    }
    Linear linear = layer.linear(graph);
    int features = linear.outputs();
    double[] weight = linear.weight().toDoubles();
    double[] scale = path.affine().scale().vector(layer.axis(), features);
    for (int i = 0; i < features; i++) {
      weight[i * features + i] += scale[i];
    }
    Optional<Tensor> bias = linear.bias();
    if (!path.affine().shiftsNothing()) {
      double[] shift = path.affine().shift().vector(layer.axis(), features);
      bias = Optional.of(Tensor.vector(sum(linear.biasOrZeros(), Tensor.vector(shift))));
    }
    List<Node> parts = new ArrayList<>(layer.nodes(graph));
    parts.addAll(path.nodes());
    Match match =
        sum.replace(
            layer.value(),
            addend,
            parts,
            layer.withMatrix(
                graph, layer.input(graph), Tensor.of(linear.weight().shape(), weight), bias));
    return match instanceof Match.Replacement replacement && Work.isLessAfter(graph, replacement)
        ? match
        : Match.none();
  }
}
