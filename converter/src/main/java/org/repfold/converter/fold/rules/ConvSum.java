package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * The sum of two convolutions of one input as one convolution: both kernels laid into one that is
 * large enough, so that taps which read the same input position coincide, {@code W' = W1 + W2},
 * {@code b' = b1 + b2}.
 */
final class ConvSum {
  /**
   * How many times the multiplications of both the sum may need: reading and writing the map once
   * instead of twice, and no addition, is worth about as much.
   */
  private static final double BEARABLE_GROWTH = 2;

  /** The same where an addend costs nothing by itself, so that less is saved. */
  private static final double BEARABLE_GROWTH_FOR_A_VALUE = 1.5;

  private ConvSum() {}

  /**
   * Merges the first addend that fits into a convolution of the same sum.
   *
   * @param views what an addend that is no convolution may be seen as
   */
  static Match mergeAny(GraphView graph, SumTree sum, Function<String, List<Branch>> views) {
    Map<String, List<Branch>> convolutions = new LinkedHashMap<>();
    for (String addend : sum.addends()) {
      Branch.convolution(graph, addend)
          .ifPresent(
              conv ->
                  convolutions.computeIfAbsent(conv.input(), key -> new ArrayList<>()).add(conv));
    }
    Match answer = Match.none();
    for (String addend : convolutions.isEmpty() ? List.<String>of() : sum.addends()) {
      for (Branch branch : views.apply(addend)) {
        for (Branch conv : convolutions.getOrDefault(branch.input(), List.of())) {
          answer = merge(graph, sum, conv, branch);
          if (answer instanceof Match.Replacement) {
            return answer;
          }
        }
      }
    }
    return answer;
  }

  /**
   * Merges two branches of a sum into the node of the first, which is a convolution.
   *
   * @param second a branch from the same input
   */
  static Match merge(GraphView graph, SumTree sum, Branch first, Branch second) {
    for (Branch branch : List.of(first, second)) {
      if (branch.obstacle().isPresent()) {
        return branch.obstacle().get();
      }
    }
    Operator.Conv a = first.conv();
    Operator.Conv b = second.conv();
    Shape input = graph.shape(first.input());
    Shape output = graph.shape(first.addend());
    if (differ(a.window().strideHeight(), b.window().strideHeight(), output.dimension(2))
        || differ(a.window().strideWidth(), b.window().strideWidth(), output.dimension(3))) {
      return Match.refused(
          "'" + first.addend() + "' and '" + second.addend() + "' have different strides",
          first.addend(),
          second.addend());
    }
    Kernel kernel = Kernel.covering(Kernel.of(a), Kernel.of(b));
    double together = kernel.multiplications(a.inputChannels());
    double apart = first.multiplications() + second.multiplications();
    boolean bothComputed = first.multiplications() > 0 && second.multiplications() > 0;
    double bearable = bothComputed ? BEARABLE_GROWTH : BEARABLE_GROWTH_FOR_A_VALUE;
    if (together > bearable * apart) {
      return Match.refused(
          ("one convolution for '%s' and '%s' would need %.0f multiplications for each output, both"
                  + " apart need %.0f")
              .formatted(first.addend(), second.addend(), together, apart),
          first.addend(),
          second.addend());
    }
    Operator.Conv merged = add(kernel, a, b, input, output);
    List<Node> parts = new ArrayList<>(first.nodes());
    parts.addAll(second.nodes());
    return sum.replace(
        first.addend(),
        second.addend(),
        parts,
        List.of(new Node(first.addend(), merged, first.input())));
  }

  /** Strides of an axis along which the window stands at one place do not matter. */
  private static boolean differ(int stride, int otherStride, long outputSize) {
    return stride != otherStride && outputSize != 1;
  }

  private static Operator.Conv add(
      Kernel kernel, Operator.Conv a, Operator.Conv b, Shape input, Shape output) {
    Shape shape = kernel.weightShape(a.inputChannels(), a.outputChannels());
    double[] weight = new double[Math.toIntExact(shape.elements())];
    lay(a, kernel, shape, weight);
    lay(b, kernel, shape, weight);
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
    if (kernel.equals(Kernel.of(a))) {
      // Also with padding that no window reads, as the source has it and deploy forms state it.
      return new Operator.Conv(Tensor.of(shape, weight), biases, a.window(), a.group());
    }
    return kernel.conv(
        Tensor.of(shape, weight),
        biases,
        a.window().strideHeight(),
        a.window().strideWidth(),
        input,
        output);
  }

  /** Adds a convolution's kernel into a larger one. */
  private static void lay(Operator.Conv conv, Kernel kernel, Shape shape, double[] weight) {
    Kernel own = Kernel.of(conv);
    int inputs = Math.toIntExact(conv.weight().shape().dimension(1));
    int groupOutputs = conv.outputChannels() / conv.group();
    int wideInputs = Math.toIntExact(shape.dimension(1));
    int height = Math.toIntExact(shape.dimension(2));
    int width = Math.toIntExact(shape.dimension(3));
    int wideGroupOutputs = conv.outputChannels() / kernel.group();
    for (int o = 0; o < conv.outputChannels(); o++) {
      int shift = o / groupOutputs * inputs - o / wideGroupOutputs * wideInputs;
      for (int i = 0; i < inputs; i++) {
        for (int y = 0; y < conv.kernelHeight(); y++) {
          int row = kernel.rows().tapAt(own.rows().offset(y));
          for (int x = 0; x < conv.kernelWidth(); x++) {
            int column = kernel.columns().tapAt(own.columns().offset(x));
            int to = ((o * wideInputs + shift + i) * height + row) * width + column;
            int from = ((o * inputs + i) * conv.kernelHeight() + y) * conv.kernelWidth() + x;
            weight[to] += conv.weight().get(from);
          }
        }
      }
    }
  }
}
