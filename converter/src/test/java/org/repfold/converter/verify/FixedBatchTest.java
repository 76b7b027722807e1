package org.repfold.converter.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.fold.Folding;
import org.repfold.graph.BadInputException;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.graph.Input;

/** Verification of networks whose batch size is fixed. */
class FixedBatchTest {
  private static final VerifyOptions OPTIONS = VerifyOptions.defaults();

  private final SmallNet net = new SmallNet(5);

  /** The same network, for batches of 3 alone. */
  private static Graph fixed(Graph graph) {
    List<Input> inputs =
        graph.inputs().stream()
            .map(input -> new Input(input.name(), input.shape().with(0, 3)))
            .toList();
    return Graph.of(inputs, graph.nodes(), graph.outputs());
  }

  private static Folding fixed(Folding folding) {
    return new Folding(
        fixed(folding.source()),
        fixed(folding.folded()),
        folding.steps(),
        folding.refusals(),
        folding.equivalents());
  }

  private static Verification verify(Folding folding) {
    return Verifier.verify(folding, folding.folded().withParameters(ElementType.FLOAT32), OPTIONS);
  }

  @Test
  void aRightFoldPasses() {
    Verification result = verify(fixed(net.folding(SmallNet.Mistake.NONE)));
    assertEquals(List.of(), result.failures());
    assertTrue(result.algebra().values() > 1000);
    assertTrue(result.probes().stream().allMatch(probe -> probe.samples() == 1));
  }

  @Test
  void realDataAreRefused() {
    Folding folding = fixed(net.folding(SmallNet.Mistake.NONE));
    LabelledData data = new LabelledData("images", Nd4j.zeros(2, 4, 5, 5), new int[0]);
    BadInputException refused =
        assertThrows(
            BadInputException.class,
            () -> Verifier.verify(folding, folding.folded(), OPTIONS.withData(data)));
    assertEquals(
        "input 'x': expected an open batch axis for real data, found [3x4x5x5]",
        refused.getMessage());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aWrongFoldFailsAndIsNamed(SmallNet.Mistake mistake) {
    Verification result = verify(fixed(net.folding(mistake)));
    assertEquals("stem.conv", result.firstFailure().node());
  }
}
