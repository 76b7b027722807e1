package org.repfold.converter.fold;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;
import org.repfold.graph.Tensor;
import org.repfold.graph.file.Scratch;

/**
 * Applies rules to a graph until none applies any more, and keeps the trace.
 *
 * <p>Goes rule by rule: each is tried at all nodes, and once a rule has changed something, the
 * first one is next. So a rule sees the graph only after all rules before it are done with it.
 * Nodes are visited in an order that depends on how they are connected, not on how the source lists
 * them, and so does everything that comes of it: steps, names, numbers and refusals.
 *
 * <p>As every rule looks at a bounded neighbourhood, the number of sweeps does not grow with the
 * network.
 */
public final class Folder {
  private final List<FoldRule> rules;

  public Folder(List<FoldRule> rules) {
    this.rules = List.copyOf(rules);
  }

  /** Folds with all rules of {@link FoldRules}. */
  public static Folding fold(Graph graph) {
    return new Folder(FoldRules.all()).apply(graph);
  }

  /** Folds a graph; the result is in float64 and not rounded. */
  public Folding apply(Graph graph) {
    return apply(graph, Optional.empty());
  }

  /** As {@link #apply(Graph)}, showing each fold to an observer. */
  public Folding apply(Graph graph, FoldObserver observer) {
    return apply(graph, Optional.of(observer));
  }

  private Folding apply(Graph graph, Optional<FoldObserver> observer) {
    Run run = new Run(graph, observer);
    int next = 0;
    while (next < rules.size()) {
      next = run.sweep(rules.get(next)) ? 0 : next + 1;
    }
    return run.result(graph);
  }

  /** One graph on its way to the fixpoint. */
  private static final class Run {
    private final Workspace workspace;
    private final Optional<FoldObserver> observer;
    private final List<FoldStep> steps = new ArrayList<>();
    private final Map<String, Set<Refusal>> refusals = new HashMap<>();
    private final Set<Tensor> sources = Collections.newSetFromMap(new IdentityHashMap<>());
    private List<String> names;

    Run(Graph source, Optional<FoldObserver> observer) {
      this.workspace = new Workspace(source);
      this.observer = observer;
      this.names = workspace.names();
      source.nodes().forEach(node -> sources.addAll(node.operator().parameters().values()));
    }

    /** Tries a rule at every node; whether it applied at one. */
    boolean sweep(FoldRule rule) {
      int before = steps.size();
      for (String name : names) {
        Optional<Node> node = workspace.find(name);
        while (node.isPresent() && foldAt(node.get(), rule)) {
          node = workspace.find(name);
        }
      }
      if (steps.size() == before) {
        return false;
      }
      names = workspace.names();
      refusals.clear();
      return true;
    }

    private boolean foldAt(Node node, FoldRule rule) {
      Match match = rule.match(workspace, node);
      if (match instanceof Match.Replacement replacement) {
        match = RangeCheck.check(replacement);
      }
      if (match instanceof Match.Replacement replacement) {
        apply(rule, replacement.withParameters(kept()));
        return true;
      }
      if (match instanceof Match.Refused refused) {
        List<String> nodes = new ArrayList<>(List.of(node.name()));
        refused.culprits().stream().filter(c -> !nodes.contains(c)).forEach(nodes::add);
        refusals
            .computeIfAbsent(node.name(), key -> new LinkedHashSet<>())
            .add(new Refusal(rule.name(), nodes, refused.reason()));
      }
      return false;
    }

    /** Large results go out of the heap, where the network need not fit; shared ones once. */
    private UnaryOperator<Tensor> kept() {
      Map<Tensor, Tensor> kept = new IdentityHashMap<>();
      return tensor ->
          sources.contains(tensor) ? tensor : kept.computeIfAbsent(tensor, Scratch::keep);
    }

    private void apply(FoldRule rule, Match.Replacement replacement) {
      Match.Replacement named = workspace.keepOutputNames(replacement);
      FoldStep step = step(rule, named);
      observer.ifPresent(o -> o.applying(step, workspace, named));
      workspace.apply(named);
      steps.add(step);
    }

    private static FoldStep step(FoldRule rule, Match.Replacement applied) {
      Map.Entry<String, String> value =
          applied.values().entrySet().stream().min(Map.Entry.comparingByKey()).orElseThrow();
      return new FoldStep(
          rule.name(),
          applied.consumed(),
          applied.produced().stream().map(Node::name).toList(),
          value.getKey(),
          value.getValue());
    }

    Folding result(Graph source) {
      Graph folded = workspace.toGraph().withParameters(ElementType.FLOAT64);
      Map<String, String> equivalents = workspace.equivalents();
      equivalents.keySet().retainAll(folded.shapes().keySet());
      return new Folding(
          source,
          folded,
          steps,
          names.stream().flatMap(name -> refusals.getOrDefault(name, Set.of()).stream()).toList(),
          equivalents);
    }
  }
}
