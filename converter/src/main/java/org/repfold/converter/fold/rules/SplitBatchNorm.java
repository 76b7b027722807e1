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
import org.repfold.graph.Operator;
import org.repfold.graph.Shape;

/**
 * A BatchNormalization that several nodes take becomes one for each of them, if each can then be
 * folded onward: RepMLPNet's {@code prebn1}, which the global perceptron and the partition both
 * take.
 *
 * <p>Refuses when some consumer cannot take its copy in, since the copies would then be more work
 * than the original.
 */
public final class SplitBatchNorm implements FoldRule {
  private final List<FoldRule> absorbing;

  /**
   * @param absorbing the rules that fold a BatchNormalization with a single consumer onward
   */
  public SplitBatchNorm(List<FoldRule> absorbing) {
    this.absorbing = List.copyOf(absorbing);
  }

  @Override
  public Match match(GraphView graph, Node node) {
    List<Node> consumers = graph.consumers(node.name());
    if (!(node.operator() instanceof Operator.BatchNormalization)
        || graph.isOutput(node.name())
        || consumers.size() < 2) {
      return Match.none();
    }
    List<String> consumed = new ArrayList<>(List.of(node.name()));
    List<Node> produced = new ArrayList<>();
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < consumers.size(); i++) {
      Node consumer = consumers.get(i);
      Node copy =
          new Node(graph.freshName(node.name() + "/" + (i + 1)), node.operator(), node.inputs());
      Node rewired =
          consumer.withInputs(
              consumer.inputs().stream()
                  .map(input -> input.equals(node.name()) ? copy.name() : input)
                  .toList());
      OneConsumer view = new OneConsumer(graph, node, copy, rewired);
      if (absorbing.stream()
          .noneMatch(rule -> rule.match(view, copy) instanceof Match.Replacement)) {
        return Match.refused(
            "several nodes take the output, and it cannot be folded into '" + consumer.name() + "'",
            consumer.name());
      }
      consumed.add(consumer.name());
      produced.add(copy);
      produced.add(rewired);
      values.put(consumer.name(), consumer.name());
    }
    return new Match.Replacement(consumed, produced, values);
  }

  /** The graph as it would be around one copy. */
  private record OneConsumer(GraphView graph, Node original, Node copy, Node consumer)
      implements GraphView {

    @Override
    public Optional<Node> find(String name) {
      if (name.equals(copy.name())) {
        return Optional.of(copy);
      }
      return name.equals(consumer.name()) ? Optional.of(consumer) : graph.find(name);
    }

    @Override
    public List<Node> consumers(String value) {
      return value.equals(copy.name()) ? List.of(consumer) : graph.consumers(value);
    }

    @Override
    public boolean isOutput(String value) {
      return !value.equals(copy.name()) && graph.isOutput(value);
    }

    @Override
    public boolean isInput(String value) {
      return graph.isInput(value);
    }

    @Override
    public Shape shape(String value) {
      return graph.shape(value.equals(copy.name()) ? original.name() : value);
    }
  }
}
