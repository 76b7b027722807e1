package org.repfold.converter.fold;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Shape;
import org.repfold.graph.ShapeInference;

/** A rule that fails when a replacement of it does not lower a measure. */
public record MeasuredRule(FoldRule rule, Measure measure) implements FoldRule {
  static List<FoldRule> all(List<FoldRule> rules, Measure measure) {
    return rules.stream().<FoldRule>map(rule -> new MeasuredRule(rule, measure)).toList();
  }

  @Override
  public String name() {
    return rule.name();
  }

  @Override
  public Match match(GraphView graph, Node node) {
    Match match = rule.match(graph, node);
    if (match instanceof Match.Replacement replacement) {
      List<Node> consumed =
          replacement.consumed().stream().map(name -> graph.find(name).orElseThrow()).toList();
      long[] before = measure.of(graph, consumed);
      long[] after = measure.of(Replaced.of(graph, replacement), replacement.produced());
      if (!(compare(after, before) < 0)) {
        throw new AssertionError(
            "%s at '%s' does not lower the measure: %s became %s"
                .formatted(name(), node.name(), Arrays.toString(before), Arrays.toString(after)));
      }
    }
    return match;
  }

  private static int compare(long[] a, long[] b) {
    return Arrays.compare(a.length == 0 ? new long[b.length] : a, b);
  }

  /** The graph with the produced nodes, as far as a measure looks at it. */
  private record Replaced(GraphView graph, Map<String, Node> produced, Map<String, Shape> shapes)
      implements GraphView {

    static Replaced of(GraphView graph, Match.Replacement replacement) {
      Replaced replaced = new Replaced(graph, new HashMap<>(), new HashMap<>());
      for (Node node : replacement.produced()) {
        Map<String, Shape> operands = new HashMap<>();
        node.inputs().forEach(input -> operands.put(input, replaced.shape(input)));
        replaced.produced.put(node.name(), node);
        replaced.shapes.put(node.name(), ShapeInference.shapeOf(node, operands));
      }
      return replaced;
    }

    @Override
    public Optional<Node> find(String name) {
      return produced.containsKey(name) ? Optional.of(produced.get(name)) : graph.find(name);
    }

    @Override
    public List<Node> consumers(String value) {
      return graph.consumers(value);
    }

    @Override
    public boolean isOutput(String value) {
      return graph.isOutput(value);
    }

    @Override
    public boolean isInput(String value) {
      return graph.isInput(value);
    }

    @Override
    public Shape shape(String value) {
      return shapes.containsKey(value) ? shapes.get(value) : graph.shape(value);
    }
  }
}
