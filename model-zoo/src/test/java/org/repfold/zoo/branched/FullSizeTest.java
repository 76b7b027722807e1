package org.repfold.zoo.branched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.repfold.zoo.Closeness.assertClose;

import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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
import org.repfold.zoo.GraphOptions;
import org.repfold.zoo.catalog.Architecture;

/** Published networks with weights from a formula, before and after folding. */
@Tag("slow")
class FullSizeTest {
  /** Rounding of float64 through up to 65 convolutions with up to 11,520 terms per sum. */
  private static final double DOUBLE_TOLERANCE = 1e-10;

  private static final double FLOAT_TOLERANCE = 1e-5;

  @ParameterizedTest
  @ValueSource(strings = {"repvgg_a0", "repvgg_b0", "mobileone_s0", "mobileone_s1"})
  void allFormsReproduceTheReferenceLogits(String name) {
    INDArray x = Nd4j.createFromArray(FormulaWeights.input(3 * 224 * 224)).reshape(1, 3, 224, 224);
    INDArray exact = Golden.read(name).tensor("y_exact");
    ComputationGraph network =
        FormulaWeights.fill(Architecture.find(name).build(GraphOptions.inference(DataType.FLOAT)));

    assertClose(exact, network.outputSingle(x), FLOAT_TOLERANCE);
    Conversion conversion = Conversion.of(new Dl4jReader().read(network).graph());
    network.close();

    assertClose(
        exact, run(conversion.folding().source(), ElementType.FLOAT64, x), DOUBLE_TOLERANCE);
    assertClose(
        exact, run(conversion.lowering().folded(), ElementType.FLOAT64, x), DOUBLE_TOLERANCE);
    assertClose(exact, run(conversion.folding().source(), ElementType.FLOAT32, x), FLOAT_TOLERANCE);
    assertClose(exact, run(conversion.deploy(), ElementType.FLOAT32, x), FLOAT_TOLERANCE);
    assertEquals(
        Set.of("Conv", "Relu", "GlobalAveragePool", "Flatten", "Gemm"),
        conversion.deploy().operatorCounts().keySet());
  }

  private static INDArray run(Graph graph, ElementType type, INDArray x) {
    return new ReferenceExecutor(graph, type).run(x).castTo(DataType.DOUBLE);
  }
}
