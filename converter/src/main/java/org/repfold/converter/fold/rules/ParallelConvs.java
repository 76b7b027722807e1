package org.repfold.converter.fold.rules;

import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * Two convolutions of one input whose results are added become one.
 *
 * <p>Convolution is additive in its kernel: with both kernels laid into one that is large enough,
 * so that taps which read the same input position coincide, {@code W' = W1 + W2} and {@code b' = b1
 * + b2} (ACNet, section 3.2; RepVGG, section 3.3; RepMLP, section 3.3). Taps are aligned by the
 * input offset they read, {@code tap * dilation - padding}, so that even kernels, asymmetric
 * padding and different dilations fold too. Kernels of different groups are laid into one with the
 * greatest common divisor of both group counts.
 *
 * <p>Refuses different strides, and a convolution that something else uses too.
 */
public final class ParallelConvs implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    Optional<SumTree> sum = SumTree.at(graph, node);
    if (sum.isEmpty()) {
      return Match.none();
    }
    Match answer = Match.none();
    List<String> addends = sum.get().addends();
    for (int i = 0; i < addends.size(); i++) {
      for (int j = i + 1; j < addends.size(); j++) {
        Optional<Node> first = graph.find(addends.get(i), Operator.Conv.class);
        Optional<Node> second = graph.find(addends.get(j), Operator.Conv.class);
        if (first.isPresent()
            && second.isPresent()
            && first.get().input().equals(second.get().input())) {
          answer = merge(graph, sum.get(), first.get(), second.get());
          if (answer instanceof Match.Replacement) {
            return answer;
          }
        }
      }
    }
    return answer;
  }

  private static Match merge(GraphView graph, SumTree sum, Node first, Node second) {
    for (Node conv : List.of(first, second)) {
      if (!graph.hasSingleUse(conv.name())) {
        return Uses.refuse(graph, conv.name(), graph.consumers(conv.name()).get(0).name());
      }
    }
    Operator.Conv a = (Operator.Conv) first.operator();
    Operator.Conv b = (Operator.Conv) second.operator();
    if (a.window().strideHeight() != b.window().strideHeight()
        || a.window().strideWidth() != b.window().strideWidth()) {
      return Match.refused(
          "'" + first.name() + "' and '" + second.name() + "' have different strides",
          first.name(),
          second.name());
    }
    Node larger = a.weight().size() >= b.weight().size() ? first : second;
    Operator.Conv merged = add(a, b, graph.shape(first.input()), graph.shape(first.name()));
    return sum.replace(
        first.name(), second.name(), List.of(first, second), List.of(larger.withOperator(merged)));
  }

  private static Operator.Conv add(Operator.Conv a, Operator.Conv b, Shape input, Shape output) {
    Window wa = a.window();
    Window wb = b.window();
    Axis rows =
        Axis.covering(
            new Axis(wa.padTop(), wa.dilationHeight(), a.kernelHeight()),
            new Axis(wb.padTop(), wb.dilationHeight(), b.kernelHeight()));
    Axis columns =
        Axis.covering(
            new Axis(wa.padLeft(), wa.dilationWidth(), a.kernelWidth()),
            new Axis(wb.padLeft(), wb.dilationWidth(), b.kernelWidth()));
    Window window =
        new Window(
            wa.strideHeight(),
            wa.strideWidth(),
            rows.dilation(),
            columns.dilation(),
            rows.padding(),
            columns.padding(),
            rows.paddingBehind(wa.strideHeight(), input.dimension(2), output.dimension(2)),
            columns.paddingBehind(wa.strideWidth(), input.dimension(3), output.dimension(3)));
    int group = Axis.greatestCommonDivisor(a.group(), b.group());
    Shape shape =
        Shape.of(a.outputChannels(), a.inputChannels() / group, rows.taps(), columns.taps());
    double[] weight = new double[Math.toIntExact(shape.elements())];
    lay(a, rows, columns, shape, weight);
    lay(b, rows, columns, shape, weight);
    double[] bias = new double[a.outputChannels()];
    for (Operator.Conv conv : List.of(a, b)) {
      conv.bias()
          .ifPresent(
              tensor -> {
                for (int o = 0; o < bias.length; o++) {
                  bias[o] += tensor.get(o);
                }
              });
    }
    Optional<Tensor> biases =
        a.bias().isPresent() || b.bias().isPresent()
            ? Optional.of(Tensor.vector(bias))
            : Optional.empty();
    return new Operator.Conv(Tensor.of(shape, weight), biases, window, group);
  }

  /** Adds a convolution's kernel into a larger one. */
  private static void lay(
      Operator.Conv conv, Axis rows, Axis columns, Shape shape, double[] weight) {
    int inputs = Math.toIntExact(conv.weight().shape().dimension(1));
    int groupOutputs = conv.outputChannels() / conv.group();
    int wideInputs = Math.toIntExact(shape.dimension(1));
    int wideGroupOutputs = conv.outputChannels() * wideInputs / conv.inputChannels();
    for (int o = 0; o < conv.outputChannels(); o++) {
      int shift = o / groupOutputs * inputs - o / wideGroupOutputs * wideInputs;
      for (int i = 0; i < inputs; i++) {
        for (int y = 0; y < conv.kernelHeight(); y++) {
          int row = rows.tapAt(y * conv.window().dilationHeight() - conv.window().padTop());
          for (int x = 0; x < conv.kernelWidth(); x++) {
            int column = columns.tapAt(x * conv.window().dilationWidth() - conv.window().padLeft());
            int to = ((o * wideInputs + shift + i) * rows.taps() + row) * columns.taps() + column;
            int from = ((o * inputs + i) * conv.kernelHeight() + y) * conv.kernelWidth() + x;
            weight[to] += conv.weight().get(from);
          }
        }
      }
    }
  }
}
