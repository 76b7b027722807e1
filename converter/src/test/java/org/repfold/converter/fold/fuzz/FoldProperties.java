package org.repfold.converter.fold.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.repfold.converter.fold.FoldFixture;
import org.repfold.converter.fold.FoldMeasure;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.fold.LoweringMeasure;
import org.repfold.converter.fold.SameFunction;
import org.repfold.converter.lower.Lowering;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;
import org.repfold.graph.Node;

/** What holds for the folding of any graph. */
final class FoldProperties {
  /** Two convolutions side by side may become one of twice the work; sums of more add that up. */
  private static final int BEARABLE_GROWTH = 3;

  private final List<FoldRule> rules;

  FoldProperties(List<FoldRule> rules) {
    this.rules = rules;
  }

  /**
   * Folds a graph, counts what was folded, and fails if the folded graph or its lowered form is not
   * valid or computes another function, a step does not lower the measure or makes much more work,
   * or the order of the nodes makes a difference.
   */
  void check(Graph graph, FoldCoverage coverage) {
    Folding folding = FoldFixture.applied(graph, rules, new FoldMeasure());
    long before = Multiplications.of(graph);
    long after = Multiplications.of(folding.folded());
    assertTrue(
        after <= BEARABLE_GROWTH * before,
        () -> "multiplications grew from " + before + " to " + after);
    Folding lowering = FoldFixture.applied(folding.folded(), Lowering.all(), new LoweringMeasure());
    new SameFunction(graph).assertKeptBy(lowering.folded());
    assertSameWhenReordered(folding);
    coverage.add(folding);
    coverage.add(lowering);
  }

  private void assertSameWhenReordered(Folding folding) {
    Graph graph = folding.source();
    List<Node> nodes = reordered(graph, new Random(graph.nodes().size()));
    Folding other = new Folder(rules).apply(Graph.of(graph.inputs(), nodes, graph.outputs()));
    assertEquals(folding.steps(), other.steps(), "steps when the nodes come in another order");
    assertEquals(
        Set.copyOf(folding.folded().nodes()),
        Set.copyOf(other.folded().nodes()),
        "folded nodes when the nodes come in another order");
  }

  /** The nodes in another order in which they can be computed. */
  private static List<Node> reordered(Graph graph, Random random) {
    Set<String> known = new HashSet<>();
    graph.inputs().stream().map(Input::name).forEach(known::add);
    List<Node> open = new ArrayList<>(graph.nodes());
    List<Node> ordered = new ArrayList<>();
    while (!open.isEmpty()) {
      List<Node> ready = open.stream().filter(n -> known.containsAll(n.inputs())).toList();
      Node next = ready.get(random.nextInt(ready.size()));
      open.remove(next);
      ordered.add(next);
      known.add(next.name());
    }
    return ordered;
  }
}
