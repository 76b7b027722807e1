package org.repfold.converter.verify.certificate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/**
 * A fold of maps, reduced along one spatial axis to the smallest map on which every kind of
 * position occurs.
 *
 * <p>Convolutions, pools and what works on each position alone treat all positions alike, save that
 * a position may lack neighbours where the map ends. Row {@code y} of an output depends, through
 * each value {@code u} on the way, on rows {@code s y + c} of it with fixed {@code s} and {@code
 * -above <= c <= below}; its factors, by their distance from {@code y}, follow from which of these
 * rows exist. They all do at the top where {@code s y >= above}, and likewise at the bottom; so two
 * rows have the same factors if their distances from the top are equal or both large enough, and
 * those from the bottom too. If an output keeps as many rows as both distances take together, and
 * one more, every row of the large map has such a counterpart in the small one. Sizes shrink by
 * multiples of all strides, so that the ends meet the strides as before.
 */
final class SmallMap {
  private final Graph graph;
  private final int axis;
  private final Map<String, Long> strides = new HashMap<>();

  private SmallMap(Graph graph, int axis) {
    this.graph = graph;
    this.axis = axis;
  }

  /** How many rows at the top and at the bottom of an output lack neighbours. */
  record Border(long top, long bottom) {}

  /**
   * The fold on a smaller map.
   *
   * @param fold all of whose shapes are known
   * @param axis 2 or 3
   * @return the same fold where an operator does not treat positions alike
   */
  static CutFold of(CutFold fold, int axis) {
    Optional<SmallMap> before = read(fold.before(), axis);
    Optional<SmallMap> after = read(fold.after(), axis);
    List<Input> inputs = fold.before().inputs();
    if (before.isEmpty()
        || after.isEmpty()
        || inputs.stream().map(input -> input.shape().dimension(axis)).distinct().count() != 1) {
      return fold;
    }
    long period = leastCommonMultiple(before.get().period(), after.get().period());
    long shrunk = Long.MAX_VALUE;
    for (CutFold.Pair pair : fold.outputs()) {
      shrunk = Math.min(shrunk, before.get().spare(pair.before(), period));
      shrunk = Math.min(shrunk, after.get().spare(pair.after(), period));
    }
    shrunk = Math.min(shrunk, before.get().room(period));
    shrunk = Math.min(shrunk, after.get().room(period));
    long less = shrunk * period;
    return less < 1
        ? fold
        : new CutFold(
            smaller(fold.before(), axis, less), smaller(fold.after(), axis, less), fold.outputs());
  }

  /** Which border the rows of an output have in either form. */
  static Border border(CutFold fold, CutFold.Pair pair, int axis) {
    Border before = read(fold.before(), axis).orElseThrow().border(pair.before());
    Border after = read(fold.after(), axis).orElseThrow().border(pair.after());
    return new Border(
        Math.max(before.top(), after.top()), Math.max(before.bottom(), after.bottom()));
  }

  private static Graph smaller(Graph graph, int axis, long less) {
    List<Input> inputs = new ArrayList<>();
    for (Input input : graph.inputs()) {
      long size = input.shape().dimension(axis) - less;
      inputs.add(new Input(input.name(), input.shape().with(axis, size)));
    }
    return Graph.of(inputs, graph.nodes(), graph.outputs());
  }

  /** Empty where an operator does not treat positions alike. */
  private static Optional<SmallMap> read(Graph graph, int axis) {
    SmallMap map = new SmallMap(graph, axis);
    for (Input input : graph.inputs()) {
      if (input.shape().rank() != 4) {
        return Optional.empty();
      }
      map.strides.put(input.name(), 1L);
    }
    for (Node node : graph.nodes()) {
      if (node.operator() instanceof Operator.Constant constant) {
        if (!isUniform(constant.value().shape(), axis)) {
          return Optional.empty();
        }
        continue;
      }
      Optional<Reach> reach = Reach.of(node.operator(), axis);
      List<Long> operands = map.mapped(node).stream().map(map.strides::get).distinct().toList();
      if (reach.isEmpty() || operands.size() != 1 || !map.keepsSize(node)) {
        return Optional.empty();
      }
      map.strides.put(node.name(), operands.get(0) * reach.get().stride());
    }
    return Optional.of(map);
  }

  /** Whether a constant is the same at all positions of maps that it is broadcast to. */
  private static boolean isUniform(Shape constant, int axis) {
    int fromEnd = 4 - axis;
    return constant.rank() <= 4 && (constant.rank() < fromEnd || constant.dimension(-fromEnd) == 1);
  }

  /** The operands that are maps, not constants. */
  private List<String> mapped(Node node) {
    return node.inputs().stream().filter(strides::containsKey).toList();
  }

  /** Whether the result is a map and no operand is repeated along the axis. */
  private boolean keepsSize(Node node) {
    Shape result = graph.shape(node.name());
    return result.rank() == 4
        && (!(node.operator() instanceof Operator.Elementwise)
            || mapped(node).stream()
                .allMatch(
                    operand ->
                        graph.shape(operand).rank() == 4
                            && graph.shape(operand).dimension(axis) == result.dimension(axis)));
  }

  /** By what a map may shrink. */
  private long period() {
    return strides.values().stream().reduce(1L, SmallMap::leastCommonMultiple);
  }

  /** How many periods an output can do without. */
  private long spare(String output, long period) {
    if (!strides.containsKey(output)) {
      return Long.MAX_VALUE / 2;
    }
    Border border = border(output);
    long rows = graph.shape(output).dimension(axis) - border.top() - border.bottom() - 1;
    return Math.max(0, rows) * strides.get(output) / period;
  }

  /** How many periods leave a row of every value. */
  private long room(long period) {
    return strides.entrySet().stream()
            .mapToLong(
                value -> (graph.shape(value.getKey()).dimension(axis) - 1) * value.getValue())
            .min()
            .orElse(0)
        / period;
  }

  private record Interval(long stride, long above, long below) {}

  private Border border(String output) {
    if (!strides.containsKey(output)) {
      return new Border(0, 0);
    }
    Map<String, Interval> intervals = new HashMap<>();
    intervals.put(output, new Interval(1, 0, 0));
    List<Node> nodes = new ArrayList<>(graph.nodes());
    Collections.reverse(nodes);
    for (Node node : nodes) {
      Interval interval = intervals.get(node.name());
      if (interval != null && strides.containsKey(node.name())) {
        Reach reach = Reach.of(node.operator(), axis).orElseThrow();
        Interval wider =
            new Interval(
                interval.stride * reach.stride(),
                interval.above * reach.stride() + reach.above(),
                interval.below * reach.stride() + reach.below());
        mapped(node).forEach(operand -> intervals.merge(operand, wider, SmallMap::union));
      }
    }
    long rows = graph.shape(output).dimension(axis);
    long top = 0;
    long bottom = 0;
    for (Map.Entry<String, Interval> entry : intervals.entrySet()) {
      Interval interval = entry.getValue();
      long last = graph.shape(entry.getKey()).dimension(axis) - 1;
      long below = interval.below - (last - interval.stride * (rows - 1));
      top = Math.max(top, ceilingDivision(interval.above, interval.stride));
      bottom = Math.max(bottom, ceilingDivision(below, interval.stride));
    }
    return new Border(top, bottom);
  }

  /** Ways of one value to another have the same stride, as {@link #strides} says. */
  private static Interval union(Interval first, Interval second) {
    return new Interval(
        first.stride, Math.max(first.above, second.above), Math.max(first.below, second.below));
  }

  private static long ceilingDivision(long a, long b) {
    return -Math.floorDiv(-a, b);
  }

  private static long leastCommonMultiple(long a, long b) {
    long x = a;
    long y = b;
    while (y != 0) {
      long rest = x % y;
      x = y;
      y = rest;
    }
    return a / x * b;
  }
}
