package org.repfold.converter.fold;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Node;

/**
 * Applies rules to a graph until none applies any more, and keeps the trace.
 *
 * <p>Sweeps over all nodes until one sweep changes nothing. As every rule looks at a bounded
 * neighbourhood, the number of sweeps does not grow with the network.
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
    Workspace workspace = new Workspace(graph);
    List<FoldStep> steps = new ArrayList<>();
    Set<Refusal> refusals = new LinkedHashSet<>();
    boolean changed = true;
    while (changed) {
      changed = false;
      refusals.clear();
      for (String name : workspace.names()) {
        changed |= foldAt(workspace, name, steps, refusals);
      }
    }
    Graph folded = workspace.toGraph().withParameters(ElementType.FLOAT64);
    Map<String, String> equivalents = workspace.equivalents();
    equivalents.keySet().retainAll(folded.shapes().keySet());
    return new Folding(graph, folded, steps, List.copyOf(refusals), equivalents);
  }

  private boolean foldAt(
      Workspace workspace, String name, List<FoldStep> steps, Set<Refusal> refusals) {
    for (FoldRule rule : rules) {
      Optional<Node> node = workspace.find(name);
      if (node.isEmpty() || isDead(workspace, name)) {
        return false;
      }
      Match match = rule.match(workspace, node.get());
      if (match instanceof Match.Replacement replacement) {
        match = RangeCheck.check(replacement);
      }
      if (match instanceof Match.Replacement replacement) {
        Match.Replacement applied = workspace.apply(replacement);
        Map.Entry<String, String> value =
            applied.values().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .findFirst()
                .orElseThrow();
        steps.add(
            new FoldStep(
                rule.name(),
                applied.consumed(),
                applied.produced().stream().map(Node::name).toList(),
                value.getKey(),
                value.getValue()));
        return true;
      } else if (match instanceof Match.Refused refused) {
        List<String> nodes = new ArrayList<>(List.of(name));
        refused.culprits().stream().filter(c -> !nodes.contains(c)).forEach(nodes::add);
        refusals.add(new Refusal(rule.name(), nodes, refused.reason()));
      }
    }
    return false;
  }

  private static boolean isDead(Workspace workspace, String name) {
    return workspace.consumers(name).isEmpty() && !workspace.isOutput(name);
  }
}
