package org.repfold.converter.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Collectors;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphValidator;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/**
 * States what rules make of a graph:
 *
 * <pre>{@code
 * FoldFixture.of(graph).with(new ConvBatchNorm()).folds().to("conv relu");
 * FoldFixture.of(graph).with(new ConvBatchNorm()).refuses("also used by", "skip");
 * FoldFixture.of(graph).with(new ConvBatchNorm()).unchanged();
 * }</pre>
 *
 * Every folding is checked: both graphs are valid, the outputs are kept, all values are the same
 * functions in float64, and each step lowers the measure by which folding ends.
 */
public final class FoldFixture {
  private final Graph graph;
  private final List<FoldRule> rules;
  private final Measure measure;

  private FoldFixture(Graph graph, List<FoldRule> rules, Measure measure) {
    this.graph = GraphValidator.validate(graph);
    this.rules = rules;
    this.measure = measure;
  }

  public static FoldFixture of(Graph graph) {
    return new FoldFixture(graph, List.of(), new FoldMeasure());
  }

  /** With these fold rules, in this order. */
  public FoldFixture with(FoldRule... fold) {
    return new FoldFixture(graph, List.of(fold), measure);
  }

  /** With all fold rules. */
  public FoldFixture withAllRules() {
    return new FoldFixture(graph, FoldRules.all(), measure);
  }

  /** With these lowering rules, in this order. */
  public FoldFixture lowering(FoldRule... lower) {
    return new FoldFixture(graph, List.of(lower), new LoweringMeasure());
  }

  /** Fails if no rule applied. */
  public Folded folds() {
    Folding folding = apply();
    assertFalse(folding.steps().isEmpty(), () -> "no rule applied; refusals " + folding.refusals());
    return new Folded(folding);
  }

  /** Fails if a rule applied. Refusals are not looked at. */
  public void unchanged() {
    Folding folding = apply();
    assertTrue(folding.steps().isEmpty(), () -> "applied " + folding.steps());
  }

  /**
   * Fails if a rule applied, or if not exactly one was refused, with the given words in its reason
   * and the given nodes among the culprits.
   */
  public Refusal refuses(String reason, String... culprits) {
    Folding folding = apply();
    assertTrue(folding.steps().isEmpty(), () -> "applied " + folding.steps());
    assertEquals(1, folding.refusals().size(), () -> "refusals " + folding.refusals());
    assertTrue(isRefused(folding, reason, culprits), () -> "refusals " + folding.refusals());
    return folding.refusals().get(0);
  }

  private Folding apply() {
    return applied(graph, rules, measure);
  }

  /** Folds and checks all that holds for every folding. */
  public static Folding applied(Graph graph, List<FoldRule> rules, Measure measure) {
    Certified certified = Certified.fold(graph, MeasuredRule.all(rules, measure));
    Folding folding = certified.folding();
    GraphValidator.validate(folding.folded());
    new SameFunction(graph).assertKeptBy(folding);
    certified.assertNoneRefuted();
    return folding;
  }

  private static boolean isRefused(Folding folding, String reason, String... culprits) {
    return folding.refusals().stream()
        .anyMatch(
            refusal ->
                refusal.reason().contains(reason)
                    && refusal.nodes().containsAll(List.of(culprits)));
  }

  /** What became of a graph. */
  public record Folded(Folding folding) {

    public Graph graph() {
      return folding.folded();
    }

    /** Fails if the folded graph has not as many operators of a type. */
    public Folded expecting(Class<? extends Operator> type, int count) {
      long found =
          graph().nodes().stream().filter(node -> type.isInstance(node.operator())).count();
      assertEquals(count, found, () -> type.getSimpleName() + " in " + graph().operatorCounts());
      return this;
    }

    /** Fails if the folded graph's nodes are not these, constants left out, in this order. */
    public Folded to(String names) {
      assertEquals(
          names,
          graph().nodes().stream()
              .filter(node -> !(node.operator() instanceof Operator.Constant))
              .map(Node::name)
              .collect(Collectors.joining(" ")));
      return this;
    }

    /** Fails if no fold of what is left was refused with such a reason and culprits. */
    public Folded refusing(String reason, String... culprits) {
      assertTrue(isRefused(folding, reason, culprits), () -> "refusals " + folding.refusals());
      return this;
    }
  }
}
