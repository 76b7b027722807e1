package org.repfold.converter.fold.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.graph.GraphView;
import org.repfold.graph.Movement;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;
import org.repfold.graph.Pooling;
import org.repfold.graph.Window;

/**
 * A map that is padded with zeros and then taken by convolutions becomes padding of the
 * convolutions; so it does for an average pool, which then counts its padding.
 *
 * <p>A convolution reads 0 beyond its input, whether the zeros are there or not.
 *
 * <p>Refuses another number than 0, an average pool that has padding of its own which it leaves out
 * of the mean, or which would stand in padding alone, and a padded map that something else takes.
 */
public final class PadConv implements FoldRule {

  @Override
  public Match match(GraphView graph, Node node) {
    if (!(node.operator() instanceof Movement.Pad pad) || !padsMapsAlone(pad)) {
      return Match.none();
    }
    List<Node> consumers = graph.consumers(node.name());
    if (consumers.stream().noneMatch(PadConv::takesPadding)) {
      return Match.none();
    }
    if (pad.value() != 0) {
      return Match.refused(
          "'%s' pads with %s, a convolution with 0".formatted(node.name(), pad.value()),
          node.name());
    }
    if (graph.isOutput(node.name())) {
      return Match.refused("'" + node.name() + "' is also an output of the network", node.name());
    }
    List<String> consumed = new ArrayList<>(List.of(node.name()));
    List<Node> produced = new ArrayList<>();
    Map<String, String> values = new HashMap<>();
    for (Node consumer : consumers) {
      Optional<Operator> padded = padded(consumer.operator(), pad);
      if (padded.isEmpty()) {
        return Match.refused(
            "'%s' takes the padded map and cannot pad it so itself".formatted(consumer.name()),
            consumer.name());
      }
      consumed.add(consumer.name());
      produced.add(new Node(consumer.name(), padded.get(), node.input()));
      values.put(consumer.name(), consumer.name());
    }
    return new Match.Replacement(consumed, produced, values);
  }

  /**
   * Whether samples and channels stay as they are, and the padding is one that a window can have.
   */
  private static boolean padsMapsAlone(Movement.Pad pad) {
    if (pad.before().size() != 4) {
      return false;
    }
    for (int axis = 0; axis < 4; axis++) {
      long most = axis < 2 ? 0 : Short.MAX_VALUE;
      if (pad.before().get(axis) > most || pad.after().get(axis) > most) {
        return false;
      }
    }
    return true;
  }

  private static boolean takesPadding(Node node) {
    return node.operator() instanceof Operator.Conv
        || node.operator() instanceof Pooling.AveragePool;
  }

  /** The operator with the padding added to its own; empty if it then computed something else. */
  private static Optional<Operator> padded(Operator operator, Movement.Pad pad) {
    if (operator instanceof Operator.Conv conv) {
      return Optional.of(
          new Operator.Conv(conv.weight(), conv.bias(), padded(conv.window(), pad), conv.group()));
    } else if (operator instanceof Pooling.AveragePool pool
        && (pool.countIncludePad() || pool.window().isUnpadded())) {
      Window window = padded(pool.window(), pad);
      long reachDown = (long) window.dilationHeight() * (pool.kernelHeight() - 1) + 1;
      long reachRight = (long) window.dilationWidth() * (pool.kernelWidth() - 1) + 1;
      boolean alwaysReadsTheMap =
          Math.max(window.padTop(), window.padBottom()) < reachDown
              && Math.max(window.padLeft(), window.padRight()) < reachRight;
      return alwaysReadsTheMap
          ? Optional.of(
              new Pooling.AveragePool(pool.kernelHeight(), pool.kernelWidth(), window, true))
          : Optional.empty();
    }
    return Optional.empty();
  }

  private static Window padded(Window window, Movement.Pad pad) {
    return new Window(
        window.strideHeight(),
        window.strideWidth(),
        window.dilationHeight(),
        window.dilationWidth(),
        Math.toIntExact(window.padTop() + pad.before().get(2)),
        Math.toIntExact(window.padLeft() + pad.before().get(3)),
        Math.toIntExact(window.padBottom() + pad.after().get(2)),
        Math.toIntExact(window.padRight() + pad.after().get(3)));
  }
}
