package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.LinkedList;
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
import org.repfold.graph.Window;

/**
 * A convolution whose output gets a border of constants becomes the convolution alone, padded by
 * zeros, where the constants are what it gives there: a kernel of one tap, moved beyond the map,
 * reads zeros and gives its bias. DiverseBranchBlock surrounds its normalised 1x1 convolutions with
 * {@code beta - mean gamma / sqrt(variance + epsilon)} so (section 3.2, transform III; the official
 * code's {@code BNAndPadLayer}).
 *
 * <p>The border is written as a Pad, and multiplications and additions by constants that differ
 * between map and border; within the map they may scale and shift each channel.
 *
 * <p>Refuses other constants, a kernel of more taps along a padded axis, and values in between that
 * something else takes.
 */
public final class BorderConv implements FoldRule {
  /**
   * The network's code computes the border from the parameters in another order than the bias is
   * folded: each differs from the exact number by some roundings of float64.
   */
  private static final double ROUNDING = 16 * 0x1p-53;

  @Override
  public Match match(GraphView graph, Node node) {
    LinkedList<Node> chain = chain(graph, node);
    if (chain.size() < 2 || !(chain.getFirst().operator() instanceof Movement.Pad pad)) {
      return Match.none();
    }
    Optional<Node> convolution = graph.find(chain.getFirst().input(), Operator.Conv.class);
    Shape shape = graph.shape(node.name());
    if (convolution.isEmpty() || !bordersMaps(pad) || !shape.with(0, 1).isKnown()) {
      return Match.none();
    }
    Affine affine = Affine.identity(4);
    for (Node next : chain.subList(1, chain.size())) {
      affine = affine.then(Affine.of(graph, next).orElseThrow());
    }
    Border border = new Border(pad, shape, affine);
    Optional<double[]> scale = border.within(border.scale);
    Optional<double[]> shift = border.within(border.shift);
    return scale.isEmpty() || shift.isEmpty() || border.isEmpty()
        ? Match.none()
        : match(graph, convolution.get(), chain, border, scale.get(), shift.get());
  }

  private static Match match(
      GraphView graph,
      Node convolution,
      List<Node> chain,
      Border border,
      double[] scale,
      double[] shift) {
    Operator.Conv conv = (Operator.Conv) convolution.operator();
    double[] bias = conv.bias().map(Tensor::toDoubles).orElseGet(() -> new double[scale.length]);
    for (int c = 0; c < bias.length; c++) {
      bias[c] = scale[c] * bias[c] + shift[c];
    }
    Node last = chain.get(chain.size() - 1);
    if (!border.consistsOf(bias)) {
      return isContinued(graph, last)
          ? Match.none()
          : Match.refused(
              "the border of '%s' is not the bias of '%s', which a convolution has there"
                  .formatted(last.name(), convolution.name()),
              last.name(),
              convolution.name());
    }
    if (border.rows() && conv.kernelHeight() > 1 || border.columns() && conv.kernelWidth() > 1) {
      return Match.refused(
          "the kernel of '%s' reaches from the border of '%s' into the map"
              .formatted(convolution.name(), last.name()),
          convolution.name(),
          last.name());
    }
    for (int i = 0; i < chain.size(); i++) {
      String value = i == 0 ? convolution.name() : chain.get(i - 1).name();
      if (!graph.hasSingleUse(value)) {
        return Uses.refuse(graph, value, chain.get(i).name());
      }
    }
    double[] weight = conv.weight().toDoubles();
    for (int i = 0; i < weight.length; i++) {
      weight[i] *= scale[i / (weight.length / scale.length)];
    }
    Operator padded =
        new Operator.Conv(
            Tensor.of(conv.weight().shape(), weight),
            Optional.of(Tensor.vector(bias)),
            border.around(conv.window()),
            conv.group());
    List<Node> consumed = new ArrayList<>(List.of(convolution));
    consumed.addAll(chain);
    return Match.replace(consumed, List.of(new Node(last.name(), padded, convolution.input())));
  }

  /** What scales and shifts, up to the node, and what stands before that. */
  private static LinkedList<Node> chain(GraphView graph, Node node) {
    LinkedList<Node> chain = new LinkedList<>();
    Optional<Node> next = Optional.of(node);
    while (next.isPresent() && Affine.of(graph, next.get()).isPresent()) {
      chain.addFirst(next.get());
      next = Affine.operand(graph, next.get()).flatMap(graph::find);
    }
    next.filter(found -> !chain.isEmpty()).ifPresent(chain::addFirst);
    return chain;
  }

  /** Whether the next node scales or shifts further, so that the border may still become right. */
  private static boolean isContinued(GraphView graph, Node last) {
    return graph.consumers(last.name()).stream()
        .anyMatch(next -> Affine.of(graph, next).isPresent());
  }

  private static boolean bordersMaps(Movement.Pad pad) {
    boolean maps = pad.before().size() == 4;
    for (int axis = 0; maps && axis < 4; axis++) {
      long most = axis < 2 ? 0 : Short.MAX_VALUE;
      maps = pad.before().get(axis) <= most && pad.after().get(axis) <= most;
    }
    return maps;
  }

  /** What a scale and shift for each element do to a padded map {@code [N, C, H, W]}. */
  private static final class Border {
    private final Movement.Pad pad;
    private final int channels;
    private final int height;
    private final int width;
    private final double[] scale;
    private final double[] shift;

    Border(Movement.Pad pad, Shape shape, Affine affine) {
      this.pad = pad;
      this.channels = Math.toIntExact(shape.dimension(1));
      this.height = Math.toIntExact(shape.dimension(2));
      this.width = Math.toIntExact(shape.dimension(3));
      this.scale = affine.scale().spread(shape);
      this.shift = affine.shift().spread(shape);
    }

    boolean rows() {
      return pad.before().get(2) + pad.after().get(2) > 0;
    }

    boolean columns() {
      return pad.before().get(3) + pad.after().get(3) > 0;
    }

    boolean isEmpty() {
      return !rows() && !columns();
    }

    private boolean isWithin(int index) {
      int row = index / width % height;
      int column = index % width;
      return row >= pad.before().get(2)
          && row < height - pad.after().get(2)
          && column >= pad.before().get(3)
          && column < width - pad.after().get(3);
    }

    /** The number of each channel within the map; empty if it differs there. */
    Optional<double[]> within(double[] numbers) {
      double[] found = new double[channels];
      boolean[] seen = new boolean[channels];
      for (int i = 0; i < numbers.length; i++) {
        int channel = i / (height * width);
        if (isWithin(i)) {
          if (seen[channel] && found[channel] != numbers[i]) {
            return Optional.empty();
          }
          found[channel] = numbers[i];
          seen[channel] = true;
        }
      }
      return Optional.of(found);
    }

    /** Whether all around the map there is one number for each channel, up to rounding. */
    boolean consistsOf(double[] constants) {
      double largest = 0;
      for (double constant : constants) {
        largest = Math.max(largest, Math.abs(constant));
      }
      for (int i = 0; i < scale.length; i++) {
        double number = scale[i] * pad.value() + shift[i];
        if (!isWithin(i)
            && !(Math.abs(number - constants[i / (height * width)]) <= ROUNDING * largest)) {
          return false;
        }
      }
      return true;
    }

    /** The window that also stands at each place of the border: a stride apart, beyond the map. */
    Window around(Window window) {
      return new Window(
          window.strideHeight(),
          window.strideWidth(),
          window.dilationHeight(),
          window.dilationWidth(),
          added(window.padTop(), pad.before().get(2), window.strideHeight()),
          added(window.padLeft(), pad.before().get(3), window.strideWidth()),
          added(window.padBottom(), pad.after().get(2), window.strideHeight()),
          added(window.padRight(), pad.after().get(3), window.strideWidth()));
    }

    private static int added(int padding, long places, int stride) {
      return Math.toIntExact(padding + places * stride);
    }
  }
}
