package org.repfold.zoo.repmlpnet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.zoo.Closeness.assertClose;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.repfold.converter.Conversion;
import org.repfold.converter.execute.ReferenceExecutor;
import org.repfold.converter.io.dl4j.Dl4jReader;
import org.repfold.graph.ElementType;
import org.repfold.graph.Graph;
import org.repfold.zoo.FormulaWeights;
import org.repfold.zoo.Golden;

/** RepMLPNet-T224 with weights from a formula, before and after folding. */
@Tag("slow")
class RepMLPNetFullSizeTest {
  /** Rounding of float64 through 12 blocks with up to 3,136 terms per sum. */
  private static final double DOUBLE_TOLERANCE = 1e-10;

  private static final double FLOAT_TOLERANCE = 1e-5;

  @Test
  void allFormsReproduceTheReferenceLogits() {
    INDArray x = Nd4j.createFromArray(FormulaWeights.input(3 * 224 * 224)).reshape(1, 3, 224, 224);
    INDArray exact = Golden.read("repmlpnet_t224").tensor("y_exact");
    Conversion conversion =
        Conversion.of(new Dl4jReader().read(RepMLPNetGoldenTest.t224()).graph());

    assertClose(
        exact, run(conversion.folding().source(), ElementType.FLOAT64, x), DOUBLE_TOLERANCE);
    assertClose(
        exact, run(conversion.lowering().folded(), ElementType.FLOAT64, x), DOUBLE_TOLERANCE);
    assertClose(exact, run(conversion.folding().source(), ElementType.FLOAT32, x), FLOAT_TOLERANCE);
    assertClose(exact, run(conversion.deploy(), ElementType.FLOAT32, x), FLOAT_TOLERANCE);
    assertEquals(0, conversion.deploy().operatorCounts().getOrDefault("BatchNormalization", 0));
  }

  private static INDArray run(Graph graph, ElementType type, INDArray x) {
    return new ReferenceExecutor(graph, type).run(x).castTo(DataType.DOUBLE);
  }
}
