package org.repfold.converter.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.repfold.converter.fold.Folder;
import org.repfold.converter.fold.Folding;
import org.repfold.converter.fold.RandomOperators;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.GraphBuilder;
import org.repfold.graph.Operator;
import org.repfold.graph.Tensor;
import org.repfold.graph.Window;

/**
 * Branches that all but cancel: float64 itself leaves fewer digits than the ordinary bound asks.
 */
class IllConditionedTest {
  private static final double LEFT_OVER = 1e-6;

  private static Graph cancelling() {
    Tensor weight = new RandomOperators(11).tensor(3, 2, 3, 3);
    double[] opposite =
        Arrays.stream(weight.toDoubles()).map(value -> -value * (1 + LEFT_OVER)).toArray();
    GraphBuilder graph = new GraphBuilder();
    graph.input("x", -1, 2, 5, 5);
    graph.add("a", conv(weight), "x");
    graph.add("b", conv(Tensor.of(weight.shape(), opposite)), "x");
    graph.add("y", new Operator.Add(), "a", "b");
    return graph.output("y").build();
  }

  private static Operator.Conv conv(Tensor weight) {
    return new Operator.Conv(weight, Optional.empty(), Window.padded(1), 1);
  }

  private static Verification verify(Folding folding) {
    return Verifier.verify(
        folding, folding.folded().withParameters(ElementType.FLOAT32), VerifyOptions.defaults());
  }

  @Test
  void aRightFoldOfCancellingBranchesPasses() {
    Algebra algebra = verify(Folder.fold(cancelling())).algebra();

    assertTrue(algebra.passed(), () -> "largest difference " + algebra.maxRelative());
    assertTrue(algebra.maxRelative() > AlgebraBound.RELATIVE, "the case is well-conditioned");
  }

  @Test
  void aWrongFoldOfCancellingBranchesFails() {
    Folding folding = Folder.fold(cancelling());
    Graph wrong =
        folding
            .folded()
            .mapOperators(
                operator ->
                    operator.mapParameters(
                        tensor ->
                            Tensor.of(
                                tensor.shape(),
                                Arrays.stream(tensor.toDoubles())
                                    .map(value -> value * (1 + 1e-7))
                                    .toArray())));

    Verification result =
        verify(
            new Folding(
                folding.source(), wrong, folding.steps(), List.of(), folding.equivalents()));

    assertFalse(result.algebra().passed());
    assertEquals("y", result.firstFailure().node());
  }
}
