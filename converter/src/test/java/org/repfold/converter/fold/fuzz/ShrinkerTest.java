package org.repfold.converter.fold.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.FoldRule;
import org.repfold.converter.fold.Match;
import org.repfold.converter.fold.rules.ConvBatchNorm;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphView;
import org.repfold.graph.Node;
import org.repfold.graph.Operator;

/** Shrinking what a deliberately broken rule makes fail. */
class ShrinkerTest {
  private static final FuzzCase BROKEN = new FuzzCase(List.of(new ForgetfulConvBatchNorm()));

  /** Forgets the normalisation's shift, and the convolution's own bias with it. */
  private record ForgetfulConvBatchNorm() implements FoldRule {
    @Override
    public Match match(GraphView graph, Node node) {
      if (!(new ConvBatchNorm().match(graph, node) instanceof Match.Replacement right)
          || !(right.produced().get(0).operator() instanceof Operator.Conv conv)) {
        return Match.none();
      }
      Operator wrong =
          new Operator.Conv(conv.weight(), Optional.empty(), conv.window(), conv.group());
      return new Match.Replacement(
          right.consumed(), List.of(right.produced().get(0).withOperator(wrong)), right.values());
    }
  }

  private static long firstFailing() {
    return LongStream.range(0, 500)
        .filter(seed -> BROKEN.failure(RandomGraph.of(seed)).isPresent())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aFailureShrinksToTheNodesThatMatter() {
    long seed = firstFailing();

    Graph smallest = new Shrinker(BROKEN::failure).shrink(RandomGraph.of(seed));

    assertEquals(
        List.of("Conv", "BatchNormalization"),
        smallest.nodes().stream().map(node -> node.operator().type()).toList());
    assertEquals(1, smallest.inputs().get(0).shape().product(1, 4), GraphCode.of(smallest));
    Operator.Conv conv = (Operator.Conv) smallest.nodes().iterator().next().operator();
    assertEquals(1, conv.weight().size());
    assertTrue(BROKEN.failure(smallest).isPresent());
  }

  @Test
  void theMessageHasTheSeedTheFailureAndTheSmallestGraphAsCode() {
    long seed = firstFailing();

    String message = BROKEN.report(seed).orElseThrow();

    assertTrue(message.contains("seed " + seed), message);
    assertTrue(message.contains("may differ by"), message);
    assertTrue(message.contains("new Operator.Conv(Tensor.of(Shape.of(1, 1, 1, 1), "), message);
  }
}
