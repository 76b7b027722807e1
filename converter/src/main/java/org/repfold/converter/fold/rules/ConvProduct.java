package org.repfold.converter.fold.rules;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;
import org.repfold.graph.Tensor;

/**
 * A convolution of a convolution as one: {@code W'[o, j, u stride1 + v] = sum_m W2[o, m, u] W1[m,
 * j, v]}, where {@code u} and {@code v} are the input offsets that taps read, {@code b'[o] = b2[o]
 * + sum_{m, u} W2[o, m, u] b1[m]} (DiverseBranchBlock, section 3.2, transform III, for 1x1 before
 * kxk).
 *
 * <p>Exact where the second does not pad. Padding puts zeros around the first one's output; the
 * product agrees if the first, moved beyond the map, would give zeros there too: it has no bias,
 * and a kernel of one tap along the padded axis, so that it reads padding alone. The first one's
 * own padding is always exact: a padded 1x1 convolution has its bias at the border
 * (DiverseBranchBlock pads so).
 */
final class ConvProduct {
  private final GraphView graph;
  private final Node first;
  private final Node second;
  private final Operator.Conv a;
  private final Operator.Conv b;
  private final Shape input;
  private final Shape between;
  private final Shape output;
  private final Kernel kernel;

  /**
   * The product of two nodes.
   *
   * @param second the node that takes the first one's value
   * @param b what the second node computes, as a convolution
   */
  ConvProduct(GraphView graph, Node first, Node second, Operator.Conv b) {
    this.graph = graph;
    this.first = first;
    this.second = second;
    this.a = (Operator.Conv) first.operator();
    this.b = b;
    this.input = graph.shape(first.input());
    this.between = graph.shape(first.name());
    this.output = graph.shape(second.name());
    this.kernel = Kernel.product(a, b);
  }

  /**
   * Replaces both nodes by one, unless that would be inexact or need more multiplications than they
   * do; more are fine where a convolution of the same input takes the product in.
   */
  Match merge() {
    if (!graph.hasSingleUse(first.name())) {
      return Uses.refuse(graph, first.name(), second.name());
    }
    if (pads() && hasBias(a)) {
      return Match.refused(
          "'%s' pads with zeros and the bias of '%s' is not 0: the border would see 0, not the bias"
              .formatted(second.name(), first.name()),
          first.name(),
          second.name());
    }
    if (padsRows() && a.kernelHeight() > 1 || padsColumns() && a.kernelWidth() > 1) {
      return Match.refused(
          "'%s' pads with zeros what '%s', whose kernel reaches beyond the map, would continue"
              .formatted(second.name(), first.name()),
          first.name(),
          second.name());
    }
    double together = multiplications(kernel, a.inputChannels(), output);
    double apart =
        multiplications(Kernel.of(a), a.inputChannels(), between)
            + multiplications(Kernel.of(b), b.inputChannels(), output);
    if (together > apart && !isTakenIn(apart)) {
      return Match.refused(
          ("one convolution for '%s' and '%s' would need %.0f multiplications for each sample, both"
                  + " need %.0f")
              .formatted(first.name(), second.name(), together, apart),
          first.name(),
          second.name());
    }
    return Match.replace(
        List.of(first, second), List.of(new Node(second.name(), product(), first.input())));
  }

  private boolean pads() {
    return padsRows() || padsColumns();
  }

  /** Whether some window of the second reads padding above or below the first one's output. */
  private boolean padsRows() {
    return b.window().padTop() > 0
        || Kernel.of(b)
                .rows()
                .paddingBehind(b.window().strideHeight(), between.dimension(2), output.dimension(2))
            > 0;
  }

  private boolean padsColumns() {
    return b.window().padLeft() > 0
        || Kernel.of(b)
                .columns()
                .paddingBehind(b.window().strideWidth(), between.dimension(3), output.dimension(3))
            > 0;
  }

  private static boolean hasBias(Operator.Conv conv) {
    return conv.bias().isPresent()
        && Arrays.stream(conv.bias().get().toDoubles()).anyMatch(number -> number != 0);
  }

  private static double multiplications(Kernel kernel, int inputChannels, Shape output) {
    return kernel.multiplications(inputChannels) * output.product(1, 4);
  }

  /** Whether the product is added to a convolution that can take it in for no more work. */
  private boolean isTakenIn(double apart) {
    return SumTree.reachedFrom(graph, second.name()).stream()
        .flatMap(sum -> sum.addends().stream())
        .flatMap(addend -> Branch.convolution(graph, addend).stream())
        .anyMatch(branch -> takesIn(branch, apart));
  }

  private boolean takesIn(Branch branch, double apart) {
    Operator.Conv conv = branch.conv();
    return branch.input().equals(first.input())
        && branch.obstacle().isEmpty()
        && conv.window().strideHeight() == strideHeight()
        && conv.window().strideWidth() == strideWidth()
        && multiplications(Kernel.covering(kernel, Kernel.of(conv)), conv.inputChannels(), output)
            <= apart + multiplications(Kernel.of(conv), conv.inputChannels(), output);
  }

  private int strideHeight() {
    return a.window().strideHeight() * b.window().strideHeight();
  }

  private int strideWidth() {
    return a.window().strideWidth() * b.window().strideWidth();
  }

  private Operator.Conv product() {
    Shape shape = kernel.weightShape(a.inputChannels(), b.outputChannels());
    double[] weight = new double[Math.toIntExact(shape.elements())];
    double[] own = a.weight().toDoubles();
    Kernel moved = Kernel.of(b);
    int inputs = Math.toIntExact(b.weight().shape().dimension(1));
    int groupOutputs = b.outputChannels() / b.group();
    int taps = b.kernelHeight() * b.kernelWidth();
    for (int tap = 0; tap < taps; tap++) {
      long down = moved.rows().offset(tap / b.kernelWidth()) * a.window().strideHeight();
      long right = moved.columns().offset(tap % b.kernelWidth()) * a.window().strideWidth();
      for (int o = 0; o < b.outputChannels(); o++) {
        for (int m = 0; m < inputs; m++) {
          double factor = b.weight().get((o * inputs + m) * taps + tap);
          addFirst(own, factor, o, o / groupOutputs * inputs + m, down, right, shape, weight);
        }
      }
    }
    return kernel.conv(
        Tensor.of(shape, weight), bias(), strideHeight(), strideWidth(), input, output);
  }

  /** Adds {@code factor} times what makes channel {@code m}, moved, to what makes output o. */
  private void addFirst(
      double[] own,
      double factor,
      int o,
      int m,
      long down,
      long right,
      Shape shape,
      double[] weight) {
    Kernel from = Kernel.of(a);
    int inputs = Math.toIntExact(a.weight().shape().dimension(1));
    int wideInputs = Math.toIntExact(shape.dimension(1));
    int taps = a.kernelHeight() * a.kernelWidth();
    int wideTaps = Math.toIntExact(shape.product(2, 4));
    int firstInput =
        m / (a.outputChannels() / a.group()) * inputs
            - o / (b.outputChannels() / kernel.group()) * wideInputs;
    for (int tap = 0; tap < taps; tap++) {
      int row = kernel.rows().tapAt(down + from.rows().offset(tap / a.kernelWidth()));
      int column = kernel.columns().tapAt(right + from.columns().offset(tap % a.kernelWidth()));
      int to =
          (o * wideInputs + firstInput) * wideTaps
              + row * Math.toIntExact(shape.dimension(3))
              + column;
      for (int i = 0; i < inputs; i++) {
        weight[to + i * wideTaps] += factor * own[(m * inputs + i) * taps + tap];
      }
    }
  }

  private Optional<Tensor> bias() {
    if (a.bias().isEmpty()) {
      return b.bias();
    }
    double[] passed = a.bias().get().toDoubles();
    double[] bias = Linear.of(b).orElseThrow().biasOrZeros();
    int inputs = Math.toIntExact(b.weight().shape().dimension(1));
    int groupOutputs = b.outputChannels() / b.group();
    int taps = b.kernelHeight() * b.kernelWidth();
    for (int o = 0; o < bias.length; o++) {
      for (int m = 0; m < inputs; m++) {
        for (int tap = 0; tap < taps; tap++) {
          bias[o] +=
              b.weight().get((o * inputs + m) * taps + tap) * passed[o / groupOutputs * inputs + m];
        }
      }
    }
    return Optional.of(Tensor.vector(bias));
  }
}
